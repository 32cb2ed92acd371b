package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.DirectoryReader;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;
import io.bailey.sandbox.linux.sys.TreeRemoval;

import java.nio.file.Path;
import java.util.List;

/**
 * The directory of a store, held open: everything is looked up from this descriptor, whatever
 * becomes of its name. Whoever outlives the store (a lease does) holds on to it.
 */
final class Root {
    private final Linux linux;
    private final Path path;
    private final Fd fd;
    private final boolean sync;
    private int holders = 1;

    Root(Linux linux, Path path, Fd fd, boolean sync) {
        this.linux = linux;
        this.path = path;
        this.fd = fd;
        this.sync = sync;
    }

    Linux linux() {
        return linux;
    }

    Path path() {
        return path;
    }

    Path path(String name) {
        return path.resolve(name);
    }

    int fd() {
        return fd.number();
    }

    /** Is what was written to be on the disk before it is used? */
    boolean sync() {
        return sync;
    }

    synchronized Root retain() {
        holders++;
        return this;
    }

    synchronized void release() {
        holders--;
        if (holders == 0) {
            fd.close();
        }
    }

    int open(String name, int flags, int mode) {
        return linux.openat(fd(), name, flags | Linux.O_NOFOLLOW, mode);
    }

    Stat stat(String name) {
        return linux.stat(fd(), name, Disk.AT_SYMLINK_NOFOLLOW);
    }

    /** As {@link #stat(String)}; fails unless it is there, or certainly is not. */
    Stat look(String name) {
        Stat stat = stat(name);
        if (stat.result() != -Errno.ENOENT) {
            check(stat.result(), "look at", name);
        }
        return stat;
    }

    Stat stat(int open) {
        return linux.stat(open, "", Linux.AT_EMPTY_PATH);
    }

    /** The names in a directory; none if it is not there. */
    List<String> names(String directory) {
        DirectoryReader.Names read = DirectoryReader.names(linux, fd(), directory);
        if (read.result() != -Errno.ENOENT) {
            check(read.result(), "read", directory);
        }
        return read.names();
    }

    int rename(String from, String to, int flags) {
        return Disk.rename(linux, fd(), from, fd(), to, flags);
    }

    /** Removes a file, or a directory with all that is in it. */
    TreeRemoval.Outcome remove(String directory, String name) {
        try (Fd dir = own(open(directory, Linux.O_PATH | Linux.O_DIRECTORY, 0), directory)) {
            return TreeRemoval.remove(linux, dir.number(), name);
        }
    }

    /** Waits until what was renamed in this directory is on the disk. */
    void syncDirectory(String directory) {
        if (sync) {
            try (Fd dir = own(open(directory, Linux.O_RDONLY | Linux.O_DIRECTORY, 0), directory)) {
                check(Disk.fsync(linux, dir.number()), "sync", directory);
            }
        }
    }

    Fd own(int result, String name) {
        return linux.own(check(result, "open", name));
    }

    /** Returns the result of a call on {@code name}, below the root, if it is none of failure. */
    int check(int result, String step, String name) {
        if (result < 0) {
            throw failure(result, step, name, 0);
        }
        return result;
    }

    ImageException failure(int result, String step, String name, long needed) {
        String subject = path.resolve(name).toString();
        long available = fd.isOpen() ? Disk.available(linux, fd()) : -1;
        return StoreFailure.of(-result, step, subject, path, needed, available);
    }
}
