package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.Volume;
import io.bailey.sandbox.linux.sys.DirectoryReader;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;
import io.bailey.sandbox.linux.sys.TreeRemoval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The volumes of one user: {@code data/NAME} holds the files of one, {@code leases/NAME} is locked
 * by whoever has it mounted, {@code trash} takes what is being removed. A lock is the kernel's to
 * let go of, by {@code kill -9} too.
 */
public final class VolumeDirectory {
    /** Names another place. */
    public static final String PROPERTY = "bailey.volumes";

    private static final String WHAT = "directory of volumes";
    private static final int LOOKS = 3;
    private static final int INSISTS = 50;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final int PRIVATE = 0700;
    private static final int SECRET = 0600;

    /** Others than the sandbox's root may read, as everywhere in a container. */
    private static final int CONTENT = 0755;

    private final Linux linux;
    private final Path path;

    /**
     * @param path made when it is needed
     */
    public VolumeDirectory(Linux linux, Path path) {
        this.linux = linux;
        this.path = path;
    }

    /** Where it is for this process, by its user and surroundings. */
    public static Path place(Linux linux) {
        return place(
                Optional.ofNullable(System.getProperty(PROPERTY)),
                linux.geteuid(),
                Optional.ofNullable(System.getenv("XDG_DATA_HOME")));
    }

    static Path place(Optional<String> property, int uid, Optional<String> data) {
        if (property.isPresent()) {
            return Path.of(property.get()).toAbsolutePath();
        }
        if (uid == 0) {
            return Path.of("/var/lib/bailey/volumes");
        }
        return data.filter(directory -> directory.startsWith("/"))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "share"))
                .resolve("bailey/volumes");
    }

    /** Where the files of a volume are. */
    public Path content(String name) {
        return path.resolve("data").resolve(name);
    }

    private Fd open(String below) {
        try (Fd _ = PrivateDirectory.open(linux, path, WHAT, PROPERTY)) {
            return PrivateDirectory.open(linux, path.resolve(below), WHAT, PROPERTY);
        }
    }

    /** Makes a volume, if it is not there. */
    public Volume create(String name) {
        try (Fd lease = lease(name)) {
            return describe(name, lease);
        }
    }

    /**
     * Takes a volume into use, and makes it if it is not there. It is used until the descriptor is
     * closed.
     */
    public Fd lease(String name) {
        while (true) {
            Fd lease = openLease(name);
            int r = Disk.flock(linux, lease.number(), Disk.LOCK_SH | Disk.LOCK_NB);
            if (r == 0 && isNamed(lease, name)) {
                return withContent(name, lease);
            }
            lease.close();
            if (r < 0 && r != -Errno.EAGAIN) {
                throw StateFailure.of(-r, "lock volume " + name, path, PROPERTY);
            }
            // It is being removed, which does not take long: a rename under the lock.
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private Fd withContent(String name, Fd lease) {
        try (Fd data = open("data")) {
            int r = linux.mkdirat(data.number(), name, PRIVATE);
            if (r == 0) {
                // Whatever the umask of this process is.
                try (Fd made = directory(data, name)) {
                    r = linux.fchmod(made.number(), CONTENT);
                }
            }
            if (r < 0 && r != -Errno.EEXIST) {
                throw StateFailure.of(-r, "make volume " + name, content(name), PROPERTY);
            }
            return lease;
        } catch (SandboxException failure) {
            lease.close();
            throw failure;
        }
    }

    private Fd directory(Fd data, String name) {
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
        int fd = linux.openat(data.number(), name, flags, 0);
        if (fd < 0) {
            throw StateFailure.of(-fd, "open volume " + name, content(name), PROPERTY);
        }
        return linux.own(fd);
    }

    private Fd openLease(String name) {
        try (Fd leases = open("leases")) {
            int flags = Linux.O_RDONLY | Linux.O_CREAT | Linux.O_NOFOLLOW;
            int fd = linux.openat(leases.number(), name, flags, SECRET);
            if (fd < 0) {
                throw StateFailure.of(-fd, "lock volume " + name, path, PROPERTY);
            }
            return linux.own(fd);
        }
    }

    /** A lock on a file that has been removed meanwhile keeps nobody out. */
    private boolean isNamed(Fd lease, String name) {
        Stat named =
                linux.stat(
                        Linux.AT_FDCWD,
                        path.resolve("leases").resolve(name).toString(),
                        Disk.AT_SYMLINK_NOFOLLOW);
        Stat locked = linux.stat(lease.number(), "", Linux.AT_EMPTY_PATH);
        return named.result() == 0 && named.inode() == locked.inode();
    }

    /** The volumes, by name. */
    public List<Volume> list() {
        List<Volume> volumes = new ArrayList<>();
        if (!Files.isDirectory(path.resolve("data"))) {
            return volumes;
        }
        try (Fd data = open("data")) {
            DirectoryReader.Names names = DirectoryReader.names(linux, data.number(), ".");
            if (names.result() < 0) {
                throw StateFailure.of(-names.result(), "read the " + WHAT, path, PROPERTY);
            }
            for (String name : names.names()) {
                try (Fd lease = openLease(name)) {
                    volumes.add(describe(name, lease));
                }
            }
        }
        volumes.sort(Comparator.comparing(Volume::name));
        return volumes;
    }

    private Volume describe(String name, Fd lease) {
        // Those who only look or mount share it; who could have it alone proves that nobody does.
        return new Volume(name, content(name), created(name), alone(lease, LOOKS) != 0);
    }

    /** Whoever only looks has it alone for a moment too: that passes. */
    private int alone(Fd lease, int tries) {
        int r = Disk.flock(linux, lease.number(), Disk.LOCK_EX | Disk.LOCK_NB);
        for (int i = 1; i < tries && r == -Errno.EAGAIN; i++) {
            LockSupport.parkNanos(PAUSE_NANOS);
            r = Disk.flock(linux, lease.number(), Disk.LOCK_EX | Disk.LOCK_NB);
        }
        return r;
    }

    /** The lease is made with the volume and never written to. */
    private Instant created(String name) {
        try {
            return Files.getLastModifiedTime(path.resolve("leases").resolve(name)).toInstant();
        } catch (IOException gone) {
            return Instant.EPOCH;
        }
    }

    /**
     * Removes a volume with all its files.
     *
     * @return whether there was one
     * @throws IllegalStateException if somebody has it mounted
     */
    public boolean remove(String name) {
        while (Files.isDirectory(content(name))) {
            try (Fd lease = openLease(name)) {
                int r = alone(lease, INSISTS);
                if (r == -Errno.EAGAIN) {
                    throw new IllegalStateException(
                            "volume " + name + " is in use: a container has it mounted");
                }
                if (r < 0) {
                    throw StateFailure.of(-r, "lock volume " + name, path, PROPERTY);
                }
                // Another remover's lease keeps nobody out: what has that name now may be mounted.
                if (isNamed(lease, name)) {
                    return discard(name);
                }
            }
        }
        return false;
    }

    /** Under its lock. */
    private boolean discard(String name) {
        try (Fd data = open("data");
                Fd leases = open("leases");
                Fd trash = open("trash")) {
            // In one step: whoever comes next makes a new one. What a killed remover left in the
            // trash goes with it.
            String discarded = name + "." + Long.toHexString(System.nanoTime());
            int r = Disk.rename(linux, data.number(), name, trash.number(), discarded, 0);
            if (r < 0 && r != -Errno.ENOENT) {
                throw StateFailure.of(-r, "remove volume " + name, content(name), PROPERTY);
            }
            linux.unlinkat(leases.number(), name, 0);
            empty(trash, name);
            return r == 0;
        }
    }

    /** Removes what a process has left that was killed while it removed a volume. */
    public void sweep() {
        if (!Files.isDirectory(path.resolve("trash"))) {
            return;
        }
        try (Fd trash = open("trash")) {
            for (String left : DirectoryReader.names(linux, trash.number(), ".").names()) {
                // What cannot be removed is the next one's: nobody has asked for it now.
                var _ = TreeRemoval.remove(linux, trash.number(), left);
            }
        } catch (SandboxException unusable) {
            // Whoever wants a volume is told.
        }
    }

    private void empty(Fd trash, String name) {
        for (String left : DirectoryReader.names(linux, trash.number(), ".").names()) {
            int r = TreeRemoval.remove(linux, trash.number(), left).result();
            if (r < 0 && r != -Errno.ENOTEMPTY && left.startsWith(name + ".")) {
                throw StateFailure.of(
                        -r, "remove volume " + name, path.resolve("trash").resolve(left), PROPERTY);
            }
        }
    }
}
