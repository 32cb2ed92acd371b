package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.ImageReference;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * An image in an archive.
 *
 * @param name as it is written there, not normalized; empty if there is none, or no more than a tag
 * @param tag the tag, if that is all that is written
 * @param target its manifest or its index
 */
public record Named(Optional<String> name, Optional<String> tag, Descriptor target) {
    private static final String LATEST = "latest";

    /** What is written is a whole name if it could not be a tag alone. */
    static Named of(Optional<String> written, Descriptor target) {
        boolean tag = written.isPresent() && written.get().matches("[A-Za-z0-9_][A-Za-z0-9_.-]*");
        return new Named(
                tag ? Optional.empty() : written, tag ? written : Optional.empty(), target);
    }

    /**
     * The name it gets unless another is asked for: its own; without one {@code localhost/}, the
     * archive's own name and the tag.
     *
     * @throws io.bailey.sandbox.image.ImageException of kind INVALID_REFERENCE if its name is none
     */
    public ImageReference reference(Path archive) {
        return name.map(ImageReference::parse)
                .orElseGet(() ->
                        ImageReference.parse(
                                "localhost/" + word(archive) + ":" + tag.orElse(LATEST)));
    }

    /** The archive's name as a word that a reference may have. */
    private static String word(Path archive) {
        Path file = archive.toAbsolutePath().normalize().getFileName();
        String word =
                (file == null ? "" : file.toString())
                        .toLowerCase(Locale.ROOT)
                        .replaceFirst("\\.(tar|tgz|tzst|oci)(\\.[a-z0-9]+)?$", "")
                        .replaceAll("[^a-z0-9]+", "-")
                        .replaceAll("^-+|-+$", "");
        return word.isEmpty() ? "image" : word.substring(0, Math.min(word.length(), 100));
    }
}
