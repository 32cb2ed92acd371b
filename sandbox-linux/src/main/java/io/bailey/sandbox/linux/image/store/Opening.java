package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens the directory of a store, and makes it. Refuses one that somebody else could have prepared:
 * what is found in a store is run.
 */
final class Opening {
    private static final int OTHERS_WRITE = 022;
    private static final int WORLD_WRITES = 02;
    private static final int STICKY = 01000;
    private static final int S_IFMT = 0xF000;
    private static final int S_IFLNK = 0xA000;
    private static final int PRIVATE = 0700;

    private final Linux linux;
    private final Path path;
    private final boolean sync;

    private Opening(Linux linux, Path path, boolean sync) {
        this.linux = linux;
        this.path = path.toAbsolutePath();
        this.sync = sync;
    }

    /** Opens a store to write to, made if it is not there. */
    static Root writable(Linux linux, Path path, boolean sync) {
        Opening opening = new Opening(linux, path, sync);
        opening.make();
        return opening.open(true);
    }

    /** Opens a store that is there. */
    static Root readOnly(Linux linux, Path path) {
        return new Opening(linux, path, false).open(false);
    }

    private void make() {
        if (lstat().result() != -Errno.ENOENT) {
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            try {
                Files.createDirectories(parent);
            } catch (IOException failed) {
                throw new ImageException(
                        ImageException.Kind.STORE,
                        "make the store",
                        path.toString(),
                        failed.toString(),
                        "have the store elsewhere",
                        failed);
            }
        }
        int r = linux.mkdirat(Linux.AT_FDCWD, path.toString(), PRIVATE);
        if (r != -Errno.EEXIST) {
            check(r, "make the store");
        }
    }

    private Root open(boolean writable) {
        Stat named = lstat();
        if (named.result() == -Errno.ENOENT) {
            throw new ImageException(
                    ImageException.Kind.NOT_FOUND,
                    "open the store",
                    path.toString(),
                    "there is none",
                    "name the directory of a store");
        }
        check(named.result(), "open the store");
        boolean link = (named.mode() & S_IFMT) == S_IFLNK;
        if (link && isStranger(named)) {
            throw refused("it is a symbolic link of another user (" + named.uid() + ")");
        }
        // Only a link that was looked at is followed; who swaps it now can but name a directory
        // that passes as well.
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY | (link ? 0 : Linux.O_NOFOLLOW);
        int opened = linux.openat(Linux.AT_FDCWD, path.toString(), flags, 0);
        if (opened == -Errno.ENOTDIR || opened == -Errno.ELOOP) {
            throw refused("it is no directory");
        }
        if (opened == -Errno.ENOENT) {
            throw refused("it is a symbolic link that leads nowhere");
        }
        Fd fd = linux.own(check(opened, "open the store"));
        try {
            return checked(fd, writable);
        } catch (ImageException refused) {
            fd.close();
            throw refused;
        }
    }

    private Root checked(Fd fd, boolean writable) {
        Stat stat = linux.stat(fd.number(), "", Linux.AT_EMPTY_PATH);
        if (writable && stat.uid() != linux.geteuid()) {
            throw refused("it belongs to another user (" + stat.uid() + ")");
        }
        if ((stat.mode() & OTHERS_WRITE) != 0) {
            throw new ImageException(
                    ImageException.Kind.STORE,
                    "open the store",
                    path.toString(),
                    "others may write to it (mode "
                            + Integer.toOctalString(stat.mode() & 07777)
                            + ")",
                    "chmod go-w " + path + ", if nobody has");
        }
        checkAncestors();
        Root root = new Root(linux, path, fd, sync);
        new Version(root).check(writable);
        return root;
    }

    /** Where anybody may rename anything, ours is whatever somebody has put there. */
    private void checkAncestors() {
        Path above = real().getParent();
        while (above != null) {
            Stat stat = linux.stat(Linux.AT_FDCWD, above.toString(), Disk.AT_SYMLINK_NOFOLLOW);
            if ((stat.mode() & (WORLD_WRITES | STICKY)) == WORLD_WRITES) {
                throw refused("everybody may rename what is in " + above);
            }
            above = above.getParent();
        }
    }

    private Path real() {
        try {
            return path.toRealPath();
        } catch (IOException gone) {
            throw new ImageException(
                    ImageException.Kind.STORE,
                    "open the store",
                    path.toString(),
                    gone.toString(),
                    "",
                    gone);
        }
    }

    private boolean isStranger(Stat stat) {
        return stat.uid() != linux.geteuid() && stat.uid() != 0;
    }

    private Stat lstat() {
        return linux.stat(Linux.AT_FDCWD, path.toString(), Disk.AT_SYMLINK_NOFOLLOW);
    }

    private int check(int result, String step) {
        if (result < 0) {
            throw StoreFailure.of(-result, step, path.toString(), path, 0, -1);
        }
        return result;
    }

    private ImageException refused(String reason) {
        return StoreFailure.store(
                "open the store", path.toString(), reason, "have the store elsewhere");
    }
}
