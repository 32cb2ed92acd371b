package io.bailey.sandbox.image;

import io.bailey.sandbox.MemorySize;

/**
 * The most that an image may be: what a stranger made is read with these.
 *
 * @param layers layers of an image, at most 500, which is what overlayfs takes
 * @param entries entries of one layer
 * @param layerSize bytes of one layer's archive when uncompressed
 * @param ratio how many times larger than its compressed form a layer may be, beyond its first
 *     mebibyte. DEFLATE itself ends at 1,032
 * @param depth directories above a file
 * @param document bytes of a manifest, an index or a config
 * @param header bytes of an entry's extended header (PAX, GNU long names)
 * @since 0.1
 */
public record ImageLimits(
        int layers,
        long entries,
        MemorySize layerSize,
        int ratio,
        int depth,
        MemorySize document,
        MemorySize header) {

    private static final int MOST_LAYERS = 500;

    /**
     * Creates limits.
     *
     * @throws ImageException of kind {@link ImageException.Kind#INVALID_REFERENCE} if one is not
     *     positive, or there are more than 500 layers
     */
    public ImageLimits {
        if (layers < 1 || layers > MOST_LAYERS) {
            throw Malformed.reference(
                    "limit of layers", Integer.toString(layers), "is not 1 to " + MOST_LAYERS);
        }
        positive("entries", entries);
        positive("layerSize", layerSize.bytes());
        positive("ratio", ratio);
        positive("depth", depth);
        positive("document", document.bytes());
        positive("header", header.bytes());
    }

    /**
     * Returns the limits that hold unless others are given.
     *
     * @return 500 layers, 2,000,000 entries, 64 GiB, ratio 1,032, depth 512, documents of 4 MiB (as
     *     containerd and registries have it) and headers of 1 MiB
     */
    public static ImageLimits standard() {
        return new ImageLimits(
                MOST_LAYERS,
                2_000_000,
                MemorySize.of(64L << 30),
                1_032,
                512,
                MemorySize.of(4L << 20),
                MemorySize.of(1L << 20));
    }

    private static void positive(String what, long value) {
        if (value < 1) {
            throw Malformed.reference("limit of " + what, Long.toString(value), "must be positive");
        }
    }
}
