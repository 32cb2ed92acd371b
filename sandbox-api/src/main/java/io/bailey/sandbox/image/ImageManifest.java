package io.bailey.sandbox.image;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An image manifest: OCI, or Docker's v2 schema 2.
 *
 * @param mediaType which of the two
 * @param config the image's config
 * @param layers its layers, lowest first
 * @param annotations notes; immutable, in the order of the document
 * @since 0.1
 */
public record ImageManifest(
        String mediaType,
        Descriptor config,
        List<Descriptor> layers,
        Map<String, String> annotations) {

    /** Creates a manifest. */
    public ImageManifest {
        layers = List.copyOf(layers);
        annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }
}
