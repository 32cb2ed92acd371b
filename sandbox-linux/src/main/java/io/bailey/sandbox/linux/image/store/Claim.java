package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

/**
 * Locks of files and directories that whoever holds the lock may remove. One who opened it before
 * that and locks it after has a lock of nothing: so it is looked whether the name still means the
 * same file. Its inode number is nobody else's as long as it is open.
 */
final class Claim {
    private static final int OWNER_ONLY = 0600;

    private Claim() {}

    /**
     * Opens and locks, without waiting.
     *
     * @param flags how it is opened
     * @param lock LOCK_EX or LOCK_SH
     * @return a descriptor that holds the lock; −EAGAIN: somebody has it; −ENOENT: there is no such
     *     file any more; or another −errno
     */
    static int take(Root root, String name, int flags, int lock) {
        int fd = root.open(name, flags, OWNER_ONLY);
        if (fd < 0) {
            return fd;
        }
        int r = Disk.flock(root.linux(), fd, lock | Disk.LOCK_NB);
        if (r == 0) {
            r = sameFile(root, name, fd);
        }
        if (r < 0) {
            root.linux().close(fd);
            return r;
        }
        return fd;
    }

    /** Does the name mean this very file? 0; −ENOENT if not; another −errno if nobody knows. */
    private static int sameFile(Root root, String name, int fd) {
        Stat named = root.stat(name);
        Stat open = root.stat(fd);
        if (named.result() < 0 || open.result() < 0) {
            return named.result() < 0 ? named.result() : open.result();
        }
        boolean same = named.inode() == open.inode() && named.device() == open.device();
        return same ? 0 : -Errno.ENOENT;
    }

    /** Claims a dead owner's file or directory: the lock of the living is held. */
    static int takeStale(Root root, String name) {
        return take(root, name, Linux.O_RDONLY | Linux.O_NONBLOCK, Disk.LOCK_EX);
    }
}
