package io.bailey.sandbox.linux.image.erofs;

/** Numbers of the EROFS format: fs/erofs/erofs_fs.h. */
final class Erofs {
    static final int MAGIC = 0xE0F5E1E2;
    static final int SUPER_OFFSET = 1024;
    static final int SUPER_BYTES = 128;
    static final int DEVICE_SLOT_BYTES = 128;

    /** The blocks of an archive: so a file of it begins at a block, and needs no copy. */
    static final int BLOCK_BITS = 9;

    static final int BLOCK = 1 << BLOCK_BITS;
    static final int SLOT = 32;

    static final int COMPAT_CHECKSUM = 0x1;
    static final int COMPAT_MTIME = 0x2;
    static final int INCOMPAT_CHUNKED_FILE = 0x4;
    static final int INCOMPAT_DEVICE_TABLE = 0x8;

    static final int COMPACT_BYTES = 32;
    static final int EXTENDED_BYTES = 64;
    static final int EXTENDED = 1;
    static final int FLAT_PLAIN = 0;
    static final int FLAT_INLINE = 2;
    static final int CHUNK_BASED = 4;

    static final int CHUNK_INDEXES = 0x20;
    static final int CHUNK_INDEX_BYTES = 8;
    static final int MOST_CHUNK_BITS = 31;
    static final int NULL_ADDRESS = -1;

    static final int DIRENT_BYTES = 12;
    static final int MOST_NAME = 255;

    private Erofs() {}

    static long blocks(long bytes) {
        return (bytes >>> BLOCK_BITS) + ((bytes & (BLOCK - 1)) == 0 ? 0 : 1);
    }

    static long roundUp(long value, int powerOfTwo) {
        return (value + powerOfTwo - 1) & -powerOfTwo;
    }
}
