package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory that belongs to this user alone, made if it is not there. One that somebody else
 * could have prepared is refused: what is found in it is believed (CVE-2024-25621).
 */
final class PrivateDirectory {
    private static final int OTHERS_WRITE = 022;
    private static final int WORLD_WRITES = 02;
    private static final int STICKY = 01000;
    private static final int S_IFMT = 0xF000;
    private static final int S_IFLNK = 0xA000;
    private static final int PRIVATE = 0700;

    private final Linux linux;
    private final Path path;
    private final String what;
    private final String property;

    private PrivateDirectory(Linux linux, Path path, String what, String property) {
        this.linux = linux;
        this.path = path.toAbsolutePath().normalize();
        this.what = what;
        this.property = property;
    }

    /**
     * Opens it.
     *
     * @param what what it is, such as "state directory"
     * @param property the system property that names another
     */
    static Fd open(Linux linux, Path path, String what, String property) {
        PrivateDirectory directory = new PrivateDirectory(linux, path, what, property);
        directory.make();
        return directory.open();
    }

    private void make() {
        if (lstat(path).result() != -Errno.ENOENT) {
            return;
        }
        Path parent = path.getParent();
        if (parent != null && lstat(parent).result() == -Errno.ENOENT) {
            try {
                Files.createDirectories(parent);
            } catch (IOException failed) {
                // What making the directory itself answers says why.
                assert !failed.toString().isEmpty();
            }
        }
        int r = linux.mkdirat(Linux.AT_FDCWD, path.toString(), PRIVATE);
        if (r < 0 && r != -Errno.EEXIST) {
            throw StateFailure.of(-r, "make the " + what, path, property);
        }
    }

    private Fd open() {
        Stat named = lstat(path);
        boolean link = named.result() == 0 && (named.mode() & S_IFMT) == S_IFLNK;
        if (link && named.uid() != linux.geteuid() && named.uid() != 0) {
            throw refused("it is a symbolic link of another user (" + named.uid() + ")");
        }
        // Only a link that was looked at is followed; who swaps it now can but name a directory
        // that passes as well.
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY | (link ? 0 : Linux.O_NOFOLLOW);
        int opened = linux.openat(Linux.AT_FDCWD, path.toString(), flags, 0);
        if (opened < 0) {
            throw StateFailure.of(-opened, "open the " + what, path, property);
        }
        Fd fd = linux.own(opened);
        try {
            check(linux.stat(opened, "", Linux.AT_EMPTY_PATH));
            return fd;
        } catch (SandboxSetupException refused) {
            fd.close();
            throw refused;
        }
    }

    private void check(Stat stat) {
        if (stat.uid() != linux.geteuid()) {
            throw refused("it belongs to another user (" + stat.uid() + ")");
        }
        if ((stat.mode() & OTHERS_WRITE) != 0) {
            throw refused(
                    "others may write to it (mode "
                            + Integer.toOctalString(stat.mode() & 07777)
                            + "); chmod go-w it if nobody has");
        }
        Path above = real().getParent();
        while (above != null) {
            Stat seen = lstat(above);
            if (seen.result() == 0 && (seen.mode() & (WORLD_WRITES | STICKY)) == WORLD_WRITES) {
                throw refused("everybody may rename what is in " + above);
            }
            above = above.getParent();
        }
    }

    private Path real() {
        try {
            return path.toRealPath();
        } catch (IOException gone) {
            throw refused("it is gone again: " + gone.getMessage());
        }
    }

    private Stat lstat(Path of) {
        return linux.stat(Linux.AT_FDCWD, of.toString(), Disk.AT_SYMLINK_NOFOLLOW);
    }

    private SandboxSetupException refused(String why) {
        return StateFailure.refused("open the " + what, Errno.EPERM, path, why, property);
    }
}
