package io.bailey.sandbox.linux.image.document;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.MediaTypes;

import java.util.Set;

/** The types that an image's parts have, and those of other artifacts do not. */
final class ImageTypes {
    private static final String NOT_FREE =
            "application/vnd.oci.image.layer.nondistributable.v1.tar";

    private static final Set<String> CONFIGS =
            Set.of(MediaTypes.OCI_CONFIG, MediaTypes.DOCKER_CONFIG);

    private static final Set<String> LAYERS =
            Set.of(
                    MediaTypes.OCI_LAYER,
                    MediaTypes.OCI_LAYER_GZIP,
                    MediaTypes.OCI_LAYER_ZSTD,
                    NOT_FREE,
                    NOT_FREE + "+gzip",
                    NOT_FREE + "+zstd",
                    MediaTypes.DOCKER_LAYER_GZIP,
                    "application/vnd.docker.image.rootfs.diff.tar",
                    "application/vnd.docker.image.rootfs.diff.tar.zstd",
                    "application/vnd.docker.image.rootfs.foreign.diff.tar",
                    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");

    private ImageTypes() {}

    static void require(ImageManifest manifest) {
        if (!CONFIGS.contains(manifest.config().mediaType())) {
            throw unsupported("config", manifest.config());
        }
        for (Descriptor layer : manifest.layers()) {
            if (!LAYERS.contains(layer.mediaType())) {
                throw unsupported("layer", layer);
            }
        }
    }

    private static ImageException unsupported(String part, Descriptor found) {
        return new ImageException(
                Kind.UNSUPPORTED_MEDIA_TYPE,
                "read",
                "manifest",
                "it is of no image: a " + part + " is " + Quoted.text(found.mediaType()),
                "name an image; this is another artifact");
    }
}
