package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What is asked of a file system by who keeps things on it: locks, names, durability and space.
 * C-shaped like {@link Linux}: a value or −errno.
 */
public final class Disk {
    public static final int LOCK_SH = 1;
    public static final int LOCK_EX = 2;
    public static final int LOCK_NB = 4;
    public static final int RENAME_NOREPLACE = 1;
    public static final int RESOLVE_NO_XDEV = 0x01;
    public static final int RESOLVE_NO_SYMLINKS = 0x04;
    public static final int RESOLVE_BENEATH = 0x08;
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;

    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int STATX_CTIME = 0x80;
    private static final int STATX_CTIME_OFFSET = 96;
    private static final int STATFS_BYTES = 120;

    private Disk() {}

    /**
     * flock(2): a lock of the open file, which the kernel lets go of with its last descriptor, by
     * kill -9 too. Two opens of one process are two strangers. Call it with {@link #LOCK_NB} only:
     * nothing gets a Java thread out of a call that waits.
     */
    public static int flock(Linux linux, int fd, int operation) {
        return (int) linux.call(Sys.FLOCK, fd, operation);
    }

    /** fsync(2), of a file or a directory. */
    public static int fsync(Linux linux, int fd) {
        return (int) linux.call(Sys.FSYNC, fd);
    }

    /** syncfs(2): the whole file system that {@code fd} lies on. */
    public static int syncfs(Linux linux, int fd) {
        return (int) linux.call(Sys.SYNCFS, fd);
    }

    /** renameat2(2). */
    public static int rename(
            Linux linux, int fromDir, String from, int toDir, String to, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long source = text(arena, from);
            return (int) linux.call(Sys.RENAMEAT2, fromDir, source, toDir, text(arena, to), flags);
        }
    }

    /** fallocate(2) from the start, whatever the size of the file is; that stays. */
    public static int reserve(Linux linux, int fd, long bytes) {
        int r;
        do {
            r = (int) linux.call(Sys.FALLOCATE, fd, FALLOC_FL_KEEP_SIZE, 0, bytes);
        } while (r == -Errno.EINTR);
        return r;
    }

    /** fstatfs(2): the bytes that this user may still write where {@code fd} lies, or −errno. */
    public static long available(Linux linux, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            // struct statfs, asm-generic/statfs.h: f_bsize 8, f_bavail 32 (64-bit).
            MemorySegment buffer = arena.allocate(STATFS_BYTES, 8);
            long r = linux.call(Sys.FSTATFS, fd, buffer.address());
            return r < 0 ? r : buffer.get(JAVA_LONG, 8) * buffer.get(JAVA_LONG, 32);
        }
    }

    /**
     * statx(2): the second since the epoch at which the inode itself was last changed, which nobody
     * can set, and which a rename sets; or −errno.
     */
    public static long changed(Linux linux, int dir, String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Layouts.STATX_BYTES, 8);
            long r =
                    linux.call(
                            Sys.STATX,
                            dir,
                            text(arena, path),
                            AT_SYMLINK_NOFOLLOW,
                            STATX_CTIME,
                            buffer.address());
            return r < 0 ? r : buffer.get(JAVA_LONG, STATX_CTIME_OFFSET);
        }
    }

    private static long text(Arena arena, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("NUL in a string for the kernel");
        }
        return arena.allocateFrom(text).address();
    }
}
