package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * All that statx(2) says of a file in a layer, or the −errno it failed with in {@code result}.
 *
 * @param mode type and permission bits
 * @param links its names
 * @param blocks what it occupies, in units of 512 bytes
 * @param seconds time of last change of its content, since 1970, may be negative
 * @param major which device it is, if it is one
 * @param minor which device it is, if it is one
 * @param device the file system it lies on
 */
public record FileStat(
        int result,
        int mode,
        int links,
        int uid,
        int gid,
        long inode,
        long size,
        long blocks,
        long seconds,
        int nanos,
        int major,
        int minor,
        long device) {
    public static final int TYPE = 0xF000;
    public static final int FIFO = 0x1000;
    public static final int CHARACTER = 0x2000;
    public static final int DIRECTORY = 0x4000;
    public static final int BLOCK = 0x6000;
    public static final int REGULAR = 0x8000;
    public static final int LINK = 0xA000;

    /** The look-up itself failed. */
    public static FileStat failed(int result) {
        return new FileStat(result, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Offsets of {@code struct statx}, include/uapi/linux/stat.h. */
    static FileStat of(MemorySegment s) {
        return new FileStat(
                0,
                s.get(JAVA_SHORT, 28) & 0xFFFF,
                s.get(JAVA_INT, 16),
                s.get(JAVA_INT, 20),
                s.get(JAVA_INT, 24),
                s.get(JAVA_LONG, 32),
                s.get(JAVA_LONG, 40),
                s.get(JAVA_LONG, 48),
                s.get(JAVA_LONG, 112),
                s.get(JAVA_INT, 120),
                s.get(JAVA_INT, 128),
                s.get(JAVA_INT, 132),
                ((long) s.get(JAVA_INT, 136) << 32) | s.get(JAVA_INT, 140));
    }

    /** One of the type constants; 0 if there is nothing. */
    public int type() {
        return mode & TYPE;
    }

    /** 07777. */
    public int permissions() {
        return mode & 07777;
    }

    public boolean exists() {
        return result == 0;
    }

    public boolean isDirectory() {
        return type() == DIRECTORY;
    }

    public boolean isLink() {
        return type() == LINK;
    }

    /** How overlayfs marks that a name is gone: a character device 0:0, overlayfs.rst. */
    public boolean isWhiteout() {
        return type() == CHARACTER && major == 0 && minor == 0;
    }
}
