package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.Optional;

/**
 * The ranges of ids that the JVMs of this host have picked, so that no two pick one: each holds a
 * lock on the bytes of /etc/subuid whose offsets are the ids, however short that file is. The
 * kernel lets go of it with the JVM, and there is no file to be left over or to be planted by
 * somebody else.
 */
final class RangeLease {
    private final Linux linux;
    private final String path;
    private final Optional<Fd> file;

    private RangeLease(Linux linux, String path, Optional<Fd> file) {
        this.linux = linux;
        this.path = path;
        this.file = file;
    }

    /** Where the file is missing or read-only, chance alone keeps JVMs apart. */
    static RangeLease open(Linux linux) {
        return open(linux, "/etc/subuid");
    }

    static RangeLease open(Linux linux, String path) {
        int fd = linux.openat(Linux.AT_FDCWD, path, Linux.O_RDWR | Linux.O_NOFOLLOW, 0);
        return new RangeLease(linux, path, fd < 0 ? Optional.empty() : Optional.of(linux.own(fd)));
    }

    /** Takes {@code count} ids from {@code base} on. Returns false if another JVM has some. */
    boolean take(long base, long count) {
        return file.isEmpty() || !isTaken(linux.lock(file.get().number(), base, count));
    }

    private static boolean isTaken(int result) {
        return result == -Errno.EAGAIN || result == -Errno.EACCES;
    }

    /**
     * The same lease once more, for who is to have these ids when this JVM is gone: whoever keeps
     * the descriptor open holds it. It is one to read with, and so a shared lock; ours becomes one
     * too, which keeps others out as well, for they want theirs for themselves.
     */
    Optional<Fd> share(long base, long count) {
        if (file.isEmpty() || linux.lockShared(file.get().number(), base, count) < 0) {
            return Optional.empty();
        }
        int fd = linux.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY | Linux.O_NOFOLLOW, 0);
        if (fd < 0) {
            return Optional.empty();
        }
        Fd shared = linux.own(fd);
        if (linux.lockShared(fd, base, count) < 0) {
            shared.close();
            return Optional.empty();
        }
        return Optional.of(shared);
    }
}
