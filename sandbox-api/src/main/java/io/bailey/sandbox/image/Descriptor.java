package io.bailey.sandbox.image;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What points at content: its type, its digest and its size, {@code descriptor.md} of the OCI image
 * specification.
 *
 * @param mediaType the type of the content
 * @param digest its hash
 * @param size its bytes, not negative
 * @param platform what it runs on, in an index
 * @param annotations notes; immutable, in the order of the document
 * @param urls other places it can be had from
 * @since 0.1
 */
public record Descriptor(
        String mediaType,
        Digest digest,
        long size,
        Optional<Platform> platform,
        Map<String, String> annotations,
        List<String> urls) {

    /**
     * Creates a descriptor.
     *
     * @throws ImageException of kind {@link ImageException.Kind#MALFORMED_DOCUMENT} if the size is
     *     negative
     */
    public Descriptor {
        if (size < 0) {
            throw Malformed.document(
                    "descriptor of " + digest, "its size " + size + " is negative");
        }
        annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
        urls = List.copyOf(urls);
    }

    /**
     * Creates a descriptor without platform, notes and urls.
     *
     * @param mediaType the type of the content
     * @param digest its hash
     * @param size its bytes
     */
    public Descriptor(String mediaType, Digest digest, long size) {
        this(mediaType, digest, size, Optional.empty(), Map.of(), List.of());
    }
}
