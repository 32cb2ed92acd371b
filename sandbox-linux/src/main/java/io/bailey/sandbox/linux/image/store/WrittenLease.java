package io.bailey.sandbox.linux.image.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.Collection;
import java.util.List;

/** A lease in a store of our own: a file in {@code run/}, locked as long as we live. */
final class WrittenLease implements Lease {
    private final Root root;
    private final Sharing sharing;
    private final String path;
    private final Fd file;
    private long written;

    private WrittenLease(Root root, Sharing sharing, String path, Fd file) {
        this.root = root;
        this.sharing = sharing;
        this.path = path;
        this.file = file;
    }

    /** How the store is locked while a lease changes, so that nobody reads half of one. */
    @FunctionalInterface
    interface Sharing {
        StoreLock share();
    }

    static WrittenLease take(Root root, Sharing sharing, Roots roots) {
        String path = Leases.DIRECTORY + "/" + Leases.PREFIX + Names.random();
        try (StoreLock _ = sharing.share()) {
            Fd file = LockedFile.create(root, path, Linux.O_RDWR);
            WrittenLease lease = new WrittenLease(root.retain(), sharing, path, file);
            try {
                lease.append(Leases.HEADER + Leases.lines(roots));
                return lease;
            } catch (ImageException full) {
                lease.close();
                throw full;
            }
        }
    }

    @Override
    public synchronized void extend(
            Collection<Digest> blobs, Collection<Digest> layers, Collection<Digest> chains) {
        Roots more = Roots.of(blobs, layers, chains);
        if (!more.equals(Roots.NONE)) {
            try (StoreLock _ = sharing.share()) {
                append(Leases.lines(more));
            }
        }
    }

    /** All or nothing. */
    private void append(String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        int r = root.linux().writeAll(file.number(), bytes);
        if (r < 0) {
            root.linux().call(Sys.FTRUNCATE, file.number(), written);
            root.linux().call(Sys.LSEEK, file.number(), written, 0);
            throw root.failure(r, "write the lease", path, bytes.length);
        }
        written += bytes.length;
    }

    @Override
    public List<Integer> descriptors() {
        return List.of(file.number());
    }

    @Override
    public synchronized void close() {
        if (file.isOpen()) {
            int r = root.linux().unlinkat(root.fd(), path, 0);
            assert r <= 0 || r == -Errno.ENOENT;
            file.close();
            root.release();
        }
    }

    @Override
    public String toString() {
        return path + (file.isOpen() ? "" : " (closed)");
    }
}
