package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.linux.image.document.Document;
import io.bailey.sandbox.linux.image.document.Documents;

/** Documents that must be manifests of images. */
final class Manifests {
    private Manifests() {}

    static ImageManifest image(byte[] bytes, String mediaType) {
        return switch (Documents.parse(bytes, mediaType)) {
            case Document.Manifest(var manifest) -> {
                Documents.requireImage(manifest);
                yield manifest;
            }
            case Document.Index(var index) ->
                    throw new ImageException(
                            Kind.MALFORMED_DOCUMENT,
                            "read manifest",
                            "",
                            "it is an index where a manifest was announced",
                            "");
        };
    }
}
