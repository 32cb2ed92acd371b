package io.bailey.sandbox.linux.image.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * One header block; the fields lie where POSIX {@code ustar} (pax(1), "ustar Interchange Format")
 * and GNU tar's {@code tar.h} have them.
 */
final class TarHeader {
    static final int BLOCK = 512;

    /** A sparse map's entry in a header: position and length, 12 bytes each. */
    static final int SPARSE_ENTRY = 24;

    static final int SPARSE_MAP = 386;
    static final int SPARSE_MAP_ENTRIES = 4;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;
    private static final int STAR_PREFIX_LENGTH = 131;

    /** Who wrote it. */
    enum Dialect {
        V7,
        USTAR,
        STAR,
        GNU
    }

    private final byte[] block;
    private final Dialect dialect;

    /** Reads a header from a block, which must stay as it is. */
    TarHeader(byte[] block) throws TarFault {
        this.block = block;
        requireChecksum();
        this.dialect = recognized();
    }

    private Dialect recognized() {
        String magic = new String(block, MAGIC, 6, ISO_8859_1);
        if (magic.equals("ustar ")) {
            return Dialect.GNU;
        }
        if (!magic.equals("ustar\0")) {
            return Dialect.V7;
        }
        return new String(block, 508, 4, ISO_8859_1).equals("tar\0") ? Dialect.STAR : Dialect.USTAR;
    }

    /** The sum of all bytes; old tars summed them as signed ones. */
    private void requireChecksum() throws TarFault {
        long unsigned = 0;
        long signed = 0;
        for (byte value : block) {
            unsigned += value & 0xff;
            signed += value;
        }
        for (int i = CHECKSUM; i < CHECKSUM + CHECKSUM_LENGTH; i++) {
            unsigned += ' ' - (block[i] & 0xff);
            signed += ' ' - block[i];
        }
        long expected = TarNumbers.parse(block, CHECKSUM, CHECKSUM_LENGTH, "checksum");
        if (expected != unsigned && expected != signed) {
            throw TarFault.malformed("its header has a wrong checksum");
        }
    }

    Dialect dialect() {
        return dialect;
    }

    char type() {
        return (char) (block[TYPE] & 0xff);
    }

    String name() {
        String name = text(0, 100);
        String prefix =
                switch (dialect) {
                    case USTAR -> text(PREFIX, PREFIX_LENGTH);
                    case STAR -> text(PREFIX, STAR_PREFIX_LENGTH);
                    case GNU -> prefixBeforeGo18();
                    case V7 -> "";
                };
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /**
     * GNU tar has no prefix but times there. Go before 1.8, and so Docker before 1.13, at times
     * wrote a prefix under GNU's magic; Go's reader, as this one, takes what is no time for one.
     */
    private String prefixBeforeGo18() {
        try {
            TarNumbers.parse(block, PREFIX, 12, "atime");
            TarNumbers.parse(block, PREFIX + 12, 12, "ctime");
            return "";
        } catch (TarFault noTimes) {
            String prefix = text(PREFIX, PREFIX_LENGTH);
            return prefix.chars().allMatch(c -> c < 0x80) ? prefix : "";
        }
    }

    String link() {
        return text(157, 100);
    }

    int mode() throws TarFault {
        return (int) number(100, 8, "mode") & 07777;
    }

    long uid() throws TarFault {
        return number(108, 8, "uid");
    }

    long gid() throws TarFault {
        return number(116, 8, "gid");
    }

    long size() throws TarFault {
        long size = number(124, 12, "size");
        if (size < 0) {
            throw TarFault.malformed("its size " + size + " is negative");
        }
        return size;
    }

    long mtime() throws TarFault {
        return number(136, 12, "mtime");
    }

    long major() throws TarFault {
        return number(329, 8, "device number");
    }

    long minor() throws TarFault {
        return number(337, 8, "device number");
    }

    /** The size of a sparse file with its holes. */
    long realSize() throws TarFault {
        return number(483, 12, "real size");
    }

    /** Do further blocks of the sparse map follow? */
    boolean hasMoreMap() {
        return block[482] != 0;
    }

    byte[] block() {
        return block;
    }

    private long number(int offset, int length, String field) throws TarFault {
        return TarNumbers.parse(block, offset, length, field);
    }

    /** Up to the first NUL. */
    private String text(int offset, int length) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return new String(block, offset, end - offset, ISO_8859_1);
    }
}
