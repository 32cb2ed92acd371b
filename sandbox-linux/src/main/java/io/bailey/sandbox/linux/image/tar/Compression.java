package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;

/** How a layer is compressed. */
enum Compression {
    NONE,
    GZIP,
    ZSTD;

    /** So many bytes tell. */
    static final int MAGIC = 10;

    /** What others write, and nobody else's reader of layers takes. None can be a file's name. */
    private static final Map<String, byte[]> OTHERS =
            Map.of(
                    // "BZh" and a digit could, so it is told by the first block's mark.
                    "bzip2", HexFormat.of().parseHex("314159265359"),
                    "xz", HexFormat.of().parseHex("fd377a585a00"),
                    "lz4", HexFormat.of().parseHex("04224d18"),
                    "lzip", HexFormat.of().parseHex("4c5a495001"),
                    "compress", HexFormat.of().parseHex("1f9d"));

    /**
     * Tells by the first bytes, as containerd and Podman do: media types are often wrong.
     *
     * @param start the first {@link #MAGIC} bytes, less only of a shorter layer
     */
    static Compression of(ByteBuffer start) {
        if (begins(start, 0, new byte[] {0x1f, (byte) 0x8b})) {
            return GZIP;
        }
        if (start.remaining() >= 4 && ZstdFrames.isMagic(little(start))) {
            return ZSTD;
        }
        OTHERS.forEach((name, magic) -> {
            if (begins(start, name.equals("bzip2") ? 4 : 0, magic)) {
                throw unsupported(
                        "it is compressed with " + name, "use gzip, zstd or no compression");
            }
        });
        return NONE;
    }

    /** What a media type says. */
    static Compression of(String mediaType) {
        if (mediaType.endsWith("+gzip") || mediaType.endsWith(".tar.gzip")) {
            return GZIP;
        }
        if (mediaType.endsWith("+zstd") || mediaType.endsWith(".tar.zstd")) {
            return ZSTD;
        }
        if (mediaType.endsWith(".tar")) {
            return NONE;
        }
        throw unsupported("its media type is no layer's: " + mediaType, "");
    }

    /** Refuses a media type that says otherwise. */
    void require(String mediaType) {
        Compression said = of(mediaType);
        if (said != this) {
            throw unsupported("its media type says " + said + ", its first bytes " + this, "");
        }
    }

    private static int little(ByteBuffer start) {
        return Integer.reverseBytes(start.getInt(start.position()));
    }

    private static boolean begins(ByteBuffer start, int offset, byte[] magic) {
        if (start.remaining() < offset + magic.length) {
            return false;
        }
        ByteBuffer there = start.slice(start.position() + offset, magic.length);
        return there.equals(ByteBuffer.wrap(magic));
    }

    private static ImageException unsupported(String reason, String fix) {
        return new ImageException(Kind.UNSUPPORTED_MEDIA_TYPE, "read layer", "", reason, fix);
    }
}
