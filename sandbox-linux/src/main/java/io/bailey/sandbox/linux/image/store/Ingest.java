package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

import java.nio.file.Path;

/**
 * A private directory on the store's own file system, in which something is made until it is
 * complete and verified; then it is published by a rename, whole. What was not is removed by {@link
 * #close}, and after a kill -9 by the next who opens or prunes the store.
 *
 * <p>Thread-safe as far as its files are. Who publishes what others may prune holds a {@link Lease}
 * of it.
 */
public final class Ingest implements AutoCloseable {
    static final String DIRECTORY = "ingest";
    private static final int DIRECTORY_FLAGS = Linux.O_RDONLY | Linux.O_DIRECTORY;
    private static final int BLOB_MODE = 0444;
    private static final int SHARED_MODE = 0755;

    private final Root root;
    private final WrittenLease.Sharing sharing;
    private final String name;
    private final Fd directory;

    private Ingest(Root root, WrittenLease.Sharing sharing, String name, Fd directory) {
        this.root = root;
        this.sharing = sharing;
        this.name = name;
        this.directory = directory;
    }

    static Ingest begin(Root root, WrittenLease.Sharing sharing) {
        while (true) {
            String name = Names.random();
            String path = DIRECTORY + "/" + name;
            root.check(root.linux().mkdirat(root.fd(), path, 0700), "make", path);
            int fd = Claim.take(root, path, DIRECTORY_FLAGS, Disk.LOCK_EX);
            if (fd >= 0) {
                return new Ingest(root.retain(), sharing, name, root.linux().own(fd));
            }
            if (fd != -Errno.EAGAIN && fd != -Errno.ENOENT) {
                int ignored = root.linux().unlinkat(root.fd(), path, Linux.AT_REMOVEDIR);
                assert ignored <= 0;
                throw root.failure(fd, "make", path, 0);
            }
            // A sweeper found it before it was locked, and took it for a dead one's.
        }
    }

    /** Where to make things. */
    public Path path() {
        return root.path(DIRECTORY).resolve(name);
    }

    /**
     * Makes sure that there is space for a file, which is made if it is not there; its size does
     * not change. A file system that cannot tell is believed.
     *
     * @throws ImageException of kind NO_SPACE; the file is then gone
     */
    public void reserve(Path file, long bytes) {
        String relative = relative(file);
        int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_NOFOLLOW;
        int fd = root.linux().openat(directory.number(), relative, flags, 0600);
        try (Fd open = own(fd, "make", relative)) {
            int r = bytes == 0 ? 0 : Disk.reserve(root.linux(), open.number(), bytes);
            if (r < 0 && r != -Errno.EOPNOTSUPP && r != -Errno.ENOSYS) {
                ImageException failure =
                        root.failure(r, "reserve space for", within(relative), bytes);
                int ignored = root.linux().unlinkat(directory.number(), relative, 0);
                assert ignored <= 0;
                throw failure;
            }
        }
    }

    /**
     * Publishes a file whose digest has been verified. It is on the disk afterwards, read-only, and
     * gone from here. If another was there first, that one stays, unless its size gives it away as
     * damaged.
     *
     * @return where it is now
     */
    public Path publishBlob(Path file, Digest digest) {
        String relative = relative(file);
        int flags = Linux.O_RDONLY | Linux.O_NOFOLLOW | Linux.O_NONBLOCK;
        try (Fd open =
                own(
                        root.linux().openat(directory.number(), relative, flags, 0),
                        "publish",
                        relative)) {
            Stat ours = root.stat(open.number());
            check(ours.result(), "publish", relative);
            if (!ours.isRegular()) {
                throw new IllegalArgumentException(file + " is no file");
            }
            check(root.linux().fchmod(open.number(), BLOB_MODE), "publish", relative);
            if (root.sync()) {
                check(Disk.fsync(root.linux(), open.number()), "sync", relative);
            }
            if (!rename(relative, Kind.BLOB, digest)) {
                settle(relative, ours, Kind.BLOB.path(digest));
            }
            root.syncDirectory(Kind.BLOB.directory(digest));
        }
        return root.path(Kind.BLOB.path(digest));
    }

    /** Ours is verified, so of two sizes the other's is wrong: a power failure cut it off. */
    private void settle(String relative, Stat ours, String target) {
        Stat theirs = root.look(target);
        if (theirs.isRegular() && theirs.size() != ours.size()) {
            int r = Disk.rename(root.linux(), directory.number(), relative, root.fd(), target, 0);
            root.check(r, "replace the damaged", target);
        } else {
            int ignored = root.linux().unlinkat(directory.number(), relative, 0);
            assert ignored <= 0;
        }
    }

    /**
     * Publishes a directory with an unpacked layer.
     *
     * @return where it is now, whoever made it
     */
    public Path publishLayer(Path layer, Digest diffId) {
        return publish(layer, Kind.LAYER, diffId);
    }

    /**
     * Publishes a directory with what a stack of layers has.
     *
     * @return where it is now, whoever made it
     */
    public Path publishChain(Path chain, Digest chainId) {
        return publish(chain, Kind.CHAIN, chainId);
    }

    private Path publish(Path made, Kind kind, Digest digest) {
        String relative = relative(made);
        int flags = DIRECTORY_FLAGS | Linux.O_NOFOLLOW;
        try (Fd open =
                own(
                        root.linux().openat(directory.number(), relative, flags, 0),
                        "publish",
                        relative)) {
            check(root.linux().fchmod(open.number(), SHARED_MODE), "publish", relative);
            if (root.sync()) {
                check(TreeSync.run(root.linux(), open.number()), "sync", relative);
            }
            if (!rename(relative, kind, digest)) {
                discard(relative);
            }
            root.syncDirectory(kind.directory(digest));
        }
        return root.path(kind.path(digest));
    }

    /** Ours is not needed: out of the way now, and gone with the rest at the end. */
    private void discard(String relative) {
        String aside = ".discarded-" + Names.random();
        int dir = directory.number();
        int ignored = Disk.rename(root.linux(), dir, relative, dir, aside, 0);
        assert ignored <= 0;
    }

    /** Returns false if there is one already. */
    private boolean rename(String relative, Kind kind, Digest digest) {
        String target = kind.path(digest);
        try (StoreLock _ = sharing.share()) {
            int r = rename(relative, target, Disk.RENAME_NOREPLACE);
            if (r == -Errno.EINVAL) {
                // A file system without that flag. A directory never replaces one that holds
                // something, and a blob only one with the same bytes.
                r = rename(relative, target, 0);
            }
            if (r == -Errno.EEXIST || r == -Errno.ENOTEMPTY) {
                return false;
            }
            root.check(r, "publish", target);
            return true;
        }
    }

    private int rename(String relative, String target, int flags) {
        return Disk.rename(root.linux(), directory.number(), relative, root.fd(), target, flags);
    }

    private String relative(Path file) {
        Path relative = path().relativize(file.toAbsolutePath()).normalize();
        if (relative.startsWith("..") || relative.toString().isEmpty()) {
            throw new IllegalArgumentException(file + " is not inside " + path());
        }
        return relative.toString();
    }

    private String within(String relative) {
        return DIRECTORY + "/" + name + "/" + relative;
    }

    private Fd own(int result, String step, String relative) {
        return root.linux().own(check(result, step, relative));
    }

    private int check(int result, String step, String relative) {
        return root.check(result, step, within(relative));
    }

    /** Removes what was not published; once. */
    @Override
    public synchronized void close() {
        if (directory.isOpen()) {
            try {
                int r = root.remove(DIRECTORY, name).result();
                root.check(r, "remove", DIRECTORY + "/" + name);
            } finally {
                directory.close();
                root.release();
            }
        }
    }
}
