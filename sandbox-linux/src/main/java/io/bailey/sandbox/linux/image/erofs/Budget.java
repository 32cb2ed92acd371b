package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.TarEntry;

/** What the tree may grow to: it is held in memory, and strangers feed it. */
final class Budget {
    /** Entries of an image, in those of a layer: an image has several layers. */
    private static final int LAYERS_FULL = 4;

    /** Names, link targets and attributes: bytes for each entry of a full layer. */
    private static final int TEXT_PER_ENTRY = 128;

    private static final long LEAST_TEXT = 64L << 20;

    private final ImageLimits limits;
    private long inLayer;
    private long inImage;
    private long text;

    Budget(ImageLimits limits) {
        this.limits = limits;
    }

    void nextLayer(int layer) {
        inLayer = 0;
        if (layer >= limits.layers()) {
            throw new ImageException(
                    Kind.LIMIT_EXCEEDED,
                    "merge layer",
                    Integer.toString(layer),
                    "more than " + limits.layers() + " layers",
                    "raise it in ImageLimits");
        }
    }

    /** Another entry, or a directory that an entry implies: "a/b/c" may make three. */
    void entry(TarEntry cause) {
        inLayer++;
        inImage++;
        if (inLayer > limits.entries()) {
            throw Refused.limit(cause, "more than " + limits.entries() + " entries in the layer");
        }
        if (inImage / LAYERS_FULL > limits.entries()) {
            throw Refused.limit(
                    cause, "more than " + LAYERS_FULL + "×" + limits.entries() + " in all layers");
        }
    }

    /** {@code bytes} of names, targets, attributes or extents are held. */
    void hold(TarEntry cause, long bytes) {
        text += bytes;
        long most = Math.max(LEAST_TEXT, TEXT_PER_ENTRY * limits.entries());
        if (text > most) {
            throw Refused.limit(
                    cause, "names, links and attributes of the image take over " + most + " bytes");
        }
    }

    void depth(TarEntry cause, int depth) {
        if (depth > limits.depth()) {
            throw Refused.limit(cause, "more than " + limits.depth() + " directories deep");
        }
    }
}
