package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * What statx(2) says of a file, or the −errno it failed with in {@code result}.
 *
 * @param device the file system it lies on: the major number in the upper half, the minor in the
 *     lower
 * @param node which device it is, if it is one, in the same form
 */
public record Stat(
        int result, int mode, int uid, int gid, long inode, long size, long device, long node) {
    private static final int S_IFMT = 0xF000;
    private static final int S_IFDIR = 0x4000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFCHR = 0x2000;
    private static final int S_IFBLK = 0x6000;

    /** The look-up itself failed. */
    public static Stat failed(int result) {
        return new Stat(result, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Offsets of {@code struct statx}, include/uapi/linux/stat.h. */
    static Stat of(MemorySegment s) {
        return new Stat(
                0,
                s.get(JAVA_SHORT, 28) & 0xFFFF,
                s.get(JAVA_INT, 20),
                s.get(JAVA_INT, 24),
                s.get(JAVA_LONG, 32),
                s.get(JAVA_LONG, 40),
                numbers(s, 136),
                numbers(s, 128));
    }

    private static long numbers(MemorySegment s, long at) {
        return ((long) s.get(JAVA_INT, at) << 32) | s.get(JAVA_INT, at + 4);
    }

    /** The major number of the device that this is a node of. */
    public int major() {
        return (int) (node >>> 32);
    }

    /** The minor number of the device that this is a node of. */
    public int minor() {
        return (int) node;
    }

    public boolean isCharacterDevice() {
        return result == 0 && (mode & S_IFMT) == S_IFCHR;
    }

    public boolean isBlockDevice() {
        return result == 0 && (mode & S_IFMT) == S_IFBLK;
    }

    public boolean isDirectory() {
        return result == 0 && (mode & S_IFMT) == S_IFDIR;
    }

    public boolean isRegular() {
        return result == 0 && (mode & S_IFMT) == S_IFREG;
    }
}
