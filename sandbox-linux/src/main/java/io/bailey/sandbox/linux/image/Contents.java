package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.linux.image.document.Documents;

import java.util.List;
import java.util.Optional;

/**
 * The documents of an image that is to be in the store, each verified.
 *
 * @param top what its name says it is
 * @param topBytes the index, if that is one
 * @param manifest the manifest
 * @param manifestBytes its bytes
 * @param configBytes those of its config
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them: they are named by their digests.
record Contents(
        Descriptor top,
        Optional<byte[]> topBytes,
        Descriptor manifest,
        byte[] manifestBytes,
        byte[] configBytes) {

    ImageManifest readManifest() {
        return Manifests.image(manifestBytes, manifest.mediaType());
    }

    ImageConfig readConfig() {
        return Documents.config(configBytes);
    }

    List<Layer> layers() {
        return Layer.stack(readManifest().layers(), readConfig().diffIds());
    }
}
