package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.MediaTypes;

import java.util.HexFormat;

/** How a file is compressed, by its first bytes: file(1), Magdir/compress. */
enum Packing {
    NONE("", MediaTypes.OCI_LAYER),
    GZIP("1f8b", MediaTypes.OCI_LAYER_GZIP),
    ZSTD("28b52ffd", MediaTypes.OCI_LAYER_ZSTD),
    /** No layer may be; it is refused where it is opened, by the name of its form. */
    BZIP2("425a68", MediaTypes.OCI_LAYER),
    /** As bzip2. */
    XZ("fd377a585a00", MediaTypes.OCI_LAYER);

    static final int MAGIC = 6;

    private final String magic;
    private final String layerType;

    Packing(String magic, String layerType) {
        this.magic = magic;
        this.layerType = layerType;
    }

    static Packing of(byte[] beginning) {
        String hex = HexFormat.of().formatHex(beginning);
        for (Packing packing : values()) {
            if (packing != NONE && hex.startsWith(packing.magic)) {
                return packing;
            }
        }
        return NONE;
    }

    String layerType() {
        return layerType;
    }
}
