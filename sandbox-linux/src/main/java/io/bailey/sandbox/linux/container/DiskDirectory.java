package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;
import io.bailey.sandbox.linux.sys.Stat;
import io.bailey.sandbox.linux.sys.TreeRemoval;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * A directory on a disk that goes with a container. A lock says that its JVM lives: what a killed
 * one has left is removed by the next that uses the same place.
 */
final class DiskDirectory implements AutoCloseable {
    private static final String PREFIX = "bailey-layer-";
    private static final int MOST_TRIES = 100;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final System.Logger LOG = System.getLogger(DiskDirectory.class.getName());

    private final Linux linux;
    private final Fd parent;
    private final Fd lock;
    private final Path path;

    private DiskDirectory(Linux linux, Fd parent, Fd lock, Path path) {
        this.linux = linux;
        this.parent = parent;
        this.lock = lock;
        this.path = path;
    }

    /**
     * @throws SandboxConfigException if {@code in} cannot be used
     */
    static DiskDirectory make(Linux linux, Path in, String id) {
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
        int dir = linux.openat(Linux.AT_FDCWD, in.toString(), flags, 0);
        if (dir < 0) {
            throw new SandboxConfigException(
                    "writableLayer "
                            + in
                            + " cannot be used: "
                            + Errno.name(-dir)
                            + "; "
                            + Shortage.or(
                                    -dir, "it must be a directory this process may write to"));
        }
        Fd parent = linux.own(dir);
        try {
            sweep(linux, parent, in);
            return make(linux, parent, in, PREFIX + id);
        } catch (RuntimeException failure) {
            parent.close();
            throw failure;
        }
    }

    /** Between the making and the locking somebody may take it for a dead one's: then once more. */
    private static DiskDirectory make(Linux linux, Fd parent, Path in, String name) {
        int result = -Errno.EAGAIN;
        for (int tries = 0; tries < MOST_TRIES && isTaken(result); tries++) {
            // Others may look into it, as into any root: what is to be seen, its own modes say.
            result = linux.mkdirat(parent.number(), name, 0755);
            result = result < 0 && result != -Errno.EEXIST ? result : lock(linux, parent, name);
        }
        if (result < 0) {
            throw new SandboxSetupException(
                    "make a writable layer",
                    Errno.name(-result),
                    in.resolve(name).toString(),
                    Shortage.or(-result, "the directory must be one this process may write to"));
        }
        return new DiskDirectory(linux, parent, linux.own(result), in.resolve(name));
    }

    private static boolean isTaken(int result) {
        return result == -Errno.EAGAIN || result == -Errno.ENOENT;
    }

    /** Its descriptor, locked, if it still is what the name means; else −errno. */
    private static int lock(Linux linux, Fd parent, String name) {
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
        int fd = linux.openat(parent.number(), name, flags, 0);
        if (fd < 0) {
            return fd;
        }
        int result = Disk.flock(linux, fd, Disk.LOCK_EX | Disk.LOCK_NB);
        if (result == 0) {
            Stat locked = linux.stat(fd, "", Linux.AT_EMPTY_PATH);
            Stat named = linux.stat(parent.number(), name, Disk.AT_SYMLINK_NOFOLLOW);
            result = locked.inode() == named.inode() && named.result() == 0 ? 0 : -Errno.EAGAIN;
        }
        if (result < 0) {
            linux.close(fd);
            return result;
        }
        return fd;
    }

    /** What nobody holds is a killed JVM's. */
    private static void sweep(Linux linux, Fd parent, Path in) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(in, PREFIX + "*")) {
            for (Path one : all) {
                String name = String.valueOf(one.getFileName());
                int fd = lock(linux, parent, name);
                if (fd >= 0) {
                    var _ = TreeRemoval.remove(linux, parent.number(), name);
                    linux.close(fd);
                }
            }
        } catch (IOException unreadable) {
            // Nothing to sweep where one cannot look; making the directory says what is wrong.
            return;
        }
    }

    /** Where the one of the container {@code id} is. */
    static Path place(Path in, String id) {
        return in.toAbsolutePath().resolve(PREFIX + id);
    }

    /**
     * Removes one that its container has left.
     *
     * @param insists how often to look whether somebody lets go of it
     * @return whether nobody holds it: then it has been removed, as far as that is possible
     */
    static boolean removeLeft(Linux linux, Path path, String id, int insists) {
        Path in = path.getParent();
        String name = String.valueOf(path.getFileName());
        if (in == null || !name.equals(PREFIX + id)) {
            // Damaged: nothing of ours.
            return true;
        }
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
        int dir = linux.openat(Linux.AT_FDCWD, in.toString(), flags, 0);
        if (dir < 0) {
            return dir == -Errno.ENOENT;
        }
        try (Fd parent = linux.own(dir)) {
            int held = lock(linux, parent, name);
            for (int i = 1; i < insists && held == -Errno.EAGAIN; i++) {
                LockSupport.parkNanos(PAUSE_NANOS);
                held = lock(linux, parent, name);
            }
            if (held < 0) {
                return held == -Errno.ENOENT;
            }
            int result = TreeRemoval.remove(linux, dir, name).result();
            linux.close(held);
            if (result < 0) {
                LOG.log(Level.WARNING, "cannot remove " + path + ": " + Errno.name(-result));
            }
            return true;
        }
    }

    /** Where it is. */
    String path() {
        return path.toString();
    }

    /** A descriptor of something in it, or −errno. */
    int open(String name, int flags) {
        return linux.openat(lock.number(), name, flags | Linux.O_NOFOLLOW, 0);
    }

    /** What holds its lock. */
    int lock() {
        return lock.number();
    }

    boolean isOpen() {
        return lock.isOpen();
    }

    /** Lets go of it; it stays as it is. */
    void letGo() {
        lock.close();
        parent.close();
    }

    @Override
    public void close() {
        if (lock.isOpen()) {
            var _ = TreeRemoval.remove(linux, parent.number(), path.getFileName().toString());
            lock.close();
            parent.close();
        }
    }
}
