package io.bailey.sandbox.linux.image.document;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.Platform;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code manifest.md}, {@code image-index.md} and {@code descriptor.md} of the specification. */
final class ManifestReader {
    /** RFC 6838, section 4.2. */
    private static final Pattern MEDIA_TYPE =
            Pattern.compile(
                    "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}");

    private ManifestReader() {}

    static ImageManifest manifest(JsonValue root, String mediaType) {
        return new ImageManifest(
                mediaType,
                descriptor(root.required("config")),
                descriptors(root.required("layers")),
                root.textMap("annotations"));
    }

    static ImageIndex index(JsonValue root, String mediaType) {
        return new ImageIndex(
                mediaType, descriptors(root.required("manifests")), root.textMap("annotations"));
    }

    private static List<Descriptor> descriptors(JsonValue list) {
        return list.elements().stream().map(ManifestReader::descriptor).toList();
    }

    private static Descriptor descriptor(JsonValue value) {
        return new Descriptor(
                mediaType(value.required("mediaType")),
                digest(value.required("digest")),
                value.required("size").count(),
                value.member("platform").flatMap(ManifestReader::platform),
                value.textMap("annotations"),
                value.texts("urls"));
    }

    private static String mediaType(JsonValue value) {
        if (!MEDIA_TYPE.matcher(value.text()).matches()) {
            throw value.wrong("a media type");
        }
        return value.text();
    }

    static Digest digest(JsonValue value) {
        try {
            return Digest.parse(value.text());
        } catch (ImageException notOne) {
            throw value.wrong("sha256: or sha512: and as many lower-case hexadecimal digits");
        }
    }

    /** None if it is left open: builders write "" for what is for no platform. */
    private static Optional<Platform> platform(JsonValue value) {
        String os = value.required("os").text();
        String architecture = value.required("architecture").text();
        return os.isEmpty() || architecture.isEmpty()
                ? Optional.empty()
                : Optional.of(platform(value, os, architecture));
    }

    static Platform platform(JsonValue value, String os, String architecture) {
        try {
            return new Platform(os, architecture, value.text("variant").orElse(""));
        } catch (ImageException notWords) {
            throw value.malformed("its os, architecture and variant must be words");
        }
    }
}
