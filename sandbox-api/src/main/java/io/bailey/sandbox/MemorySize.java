package io.bailey.sandbox;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes.
 *
 * <p>The textual form is that of Docker: a whole number of bytes, or one followed by {@code K},
 * {@code M}, {@code G} or {@code T}. Units are binary ({@code 1K} is 1,024 bytes), upper or lower
 * case, and may be spelled out as {@code KB} or {@code KiB}, with the same meaning. Nothing else is
 * accepted: no sign, no blank, no fraction.
 *
 * @param bytes the number of bytes, 0 to {@link Long#MAX_VALUE}
 * @since 0.1
 */
public record MemorySize(long bytes) implements Comparable<MemorySize> {

    private static final String UNITS = "KMGT";
    private static final Pattern TEXT =
            Pattern.compile("([0-9]+)(?:b|([kmgt])(?:i?b)?)?", Pattern.CASE_INSENSITIVE);

    /**
     * Creates a size.
     *
     * @throws SandboxConfigException if {@code bytes} is negative
     */
    public MemorySize {
        if (bytes < 0) {
            throw new SandboxConfigException("size: " + bytes + " bytes is negative");
        }
    }

    /**
     * Returns a size of so many bytes.
     *
     * @param bytes the number of bytes
     * @return the size
     * @throws SandboxConfigException if {@code bytes} is negative
     */
    public static MemorySize of(long bytes) {
        return new MemorySize(bytes);
    }

    /**
     * Reads a size, such as {@code "256M"}.
     *
     * @param text the textual form described above
     * @return the size
     * @throws SandboxConfigException if the text is not a size, or more than {@link Long#MAX_VALUE}
     *     bytes
     */
    public static MemorySize parse(String text) {
        return parse("size", text);
    }

    /** As {@link #parse(String)}, for the setting of that name. */
    static MemorySize parse(String field, String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new SandboxConfigException(
                    field
                            + ": "
                            + Text.quote(text)
                            + " is not a size; expected a whole number of bytes, or one with K, M,"
                            + " G or T, such as \"256M\"");
        }
        String unit = matcher.group(2);
        try {
            long factor =
                    unit == null
                            ? 1
                            : 1L << (10 * (1 + UNITS.indexOf(unit.toUpperCase(Locale.ROOT))));
            return new MemorySize(Math.multiplyExact(Long.parseLong(matcher.group(1)), factor));
        } catch (ArithmeticException | NumberFormatException overflow) {
            throw new SandboxConfigException(
                    field + ": " + Text.quote(text) + " is more than " + Long.MAX_VALUE + " bytes");
        }
    }

    @Override
    public int compareTo(MemorySize other) {
        return Long.compare(bytes, other.bytes);
    }

    /**
     * Returns the shortest exact form, which {@link #parse(String)} reads back.
     *
     * @return the number of the largest unit that leaves no remainder, such as {@code 256M} or
     *     {@code 1000}
     */
    @Override
    public String toString() {
        int unit =
                bytes == 0 ? 0 : Math.min(UNITS.length(), Long.numberOfTrailingZeros(bytes) / 10);
        return unit == 0
                ? Long.toString(bytes)
                : (bytes >> (10 * unit)) + UNITS.substring(unit - 1, unit);
    }
}
