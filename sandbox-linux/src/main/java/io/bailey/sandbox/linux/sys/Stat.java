package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** What statx(2) says of a file, or the −errno it failed with in {@code result}. */
public record Stat(int result, int mode, int uid, int gid, long inode, long size, long device) {
    private static final int S_IFMT = 0xF000;
    private static final int S_IFDIR = 0x4000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFCHR = 0x2000;

    static Stat failed(int result) {
        return new Stat(result, 0, 0, 0, 0, 0, 0);
    }

    /** Offsets of {@code struct statx}, include/uapi/linux/stat.h. */
    static Stat of(MemorySegment s) {
        long device = ((long) s.get(JAVA_INT, 136) << 32) | s.get(JAVA_INT, 140);
        return new Stat(
                0,
                s.get(JAVA_SHORT, 28) & 0xFFFF,
                s.get(JAVA_INT, 20),
                s.get(JAVA_INT, 24),
                s.get(JAVA_LONG, 32),
                s.get(JAVA_LONG, 40),
                device);
    }

    public boolean isCharacterDevice() {
        return result == 0 && (mode & S_IFMT) == S_IFCHR;
    }

    public boolean isDirectory() {
        return result == 0 && (mode & S_IFMT) == S_IFDIR;
    }

    public boolean isRegular() {
        return result == 0 && (mode & S_IFMT) == S_IFREG;
    }
}
