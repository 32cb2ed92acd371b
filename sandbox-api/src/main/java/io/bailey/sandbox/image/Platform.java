package io.bailey.sandbox.image;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What an image runs on, in the words of the OCI image index: {@code linux/amd64}, {@code
 * linux/arm64/v8}.
 *
 * @param os the operating system, as {@code GOOS}
 * @param architecture the processor, as {@code GOARCH}
 * @param variant the variant of the processor, such as {@code v7}; empty for the usual one
 * @since 0.1
 */
public record Platform(String os, String architecture, String variant) {

    private static final String UNKNOWN = "unknown";
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    /**
     * Creates a platform.
     *
     * @throws ImageException of kind {@link ImageException.Kind#INVALID_REFERENCE} if a part is not
     *     a word of at most 64 letters, digits, dots, hyphens and underscores, or begins with a dot
     *     or hyphen
     */
    public Platform {
        part(os);
        part(architecture);
        if (!variant.isEmpty()) {
            part(variant);
        }
    }

    private static void part(String text) {
        if (!PART.matcher(text).matches()) {
            throw Malformed.reference("platform", text, "is not a word");
        }
    }

    /**
     * Reads {@code os/architecture} or {@code os/architecture/variant}.
     *
     * @param text the textual form; {@link #toString()} gives it back
     * @return the platform
     * @throws ImageException of kind {@link ImageException.Kind#INVALID_REFERENCE} if it has not
     *     two or three parts
     */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3 || parts[parts.length - 1].isEmpty()) {
            throw Malformed.reference("platform", text, "is not os/architecture[/variant]");
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    /**
     * Returns the platform this JVM runs on.
     *
     * @return Linux and this processor
     */
    public static Platform current() {
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return new Platform(
                "linux",
                switch (arch) {
                    case "x86", "i686" -> "386";
                    case "loongarch64" -> "loong64";
                    default -> arch.isEmpty() ? UNKNOWN : Variants.architecture(arch);
                },
                "");
    }

    /**
     * Returns how well an image made for another platform runs on this one.
     *
     * <p>The variants are those of containerd: {@code arm/v7} runs {@code v6} and {@code v5} as
     * well, and without a variant it is {@code v7}; {@code arm64} without one is {@code v8}, {@code
     * amd64} {@code v1}; a higher one runs the lower ones. Other words for the same, such as {@code
     * x86_64} and {@code aarch64}, count as the same. One processor never stands in for another,
     * though an {@code amd64} may run {@code 386}: ask for that by name.
     *
     * @param offered the image's
     * @return 0 if it is the same, more the less well it fits, negative if not at all
     */
    public int distance(Platform offered) {
        String own = Variants.architecture(architecture);
        if (!os.equals(offered.os) || !own.equals(Variants.architecture(offered.architecture))) {
            return -1;
        }
        List<String> runs = Variants.of(own, variant);
        return runs.indexOf(Variants.plain(own, offered.variant));
    }

    /** What is no image, such as an attestation, is for {@code unknown/unknown}. */
    boolean isKnown() {
        return !os.equals(UNKNOWN) && !architecture.equals(UNKNOWN);
    }

    /** Returns the textual form, such as {@code linux/amd64}. */
    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
