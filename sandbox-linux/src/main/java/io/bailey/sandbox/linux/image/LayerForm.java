package io.bailey.sandbox.linux.image;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Layer;

import java.util.List;

/**
 * How an image lies in the store. One image may lie there in several forms, each under digests of
 * its own.
 */
enum LayerForm {
    /** Archives, and an index of all of them. */
    TAR_INDEX(""),
    /** Directories, one a layer, and what mends them. */
    DIRECTORIES("directories "),
    /** One directory, its files hard links into those of the layers. */
    FLAT("flat ");

    private static final Digest NOTHING = Digest.sha256(new byte[0]);

    private final String prefix;

    LayerForm(String prefix) {
        this.prefix = prefix;
    }

    /** What a layer in this form is named by. */
    Digest layer(Layer layer) {
        return this == FLAT ? DIRECTORIES.layer(layer) : key(layer.diffId());
    }

    /** What all layers together, in this form, are named by. */
    Digest chain(List<Layer> layers) {
        return key(layers.isEmpty() ? NOTHING : layers.getLast().chainId());
    }

    private Digest key(Digest digest) {
        return prefix.isEmpty() ? digest : Digest.sha256((prefix + digest).getBytes(US_ASCII));
    }
}
