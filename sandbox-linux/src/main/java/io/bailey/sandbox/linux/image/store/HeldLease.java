package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A lease in a store that we only read: nothing can be written there, so each object itself is
 * opened and locked, shared. What is not there yet cannot be leased.
 */
final class HeldLease implements Lease {
    /** Somebody who removes it has it for microseconds. */
    private static final Duration REMOVAL = Duration.ofSeconds(10);

    private final Root root;
    private final List<Fd> held = new ArrayList<>();
    private boolean closed;

    private HeldLease(Root root) {
        this.root = root;
    }

    static HeldLease take(Root root, Roots roots) {
        HeldLease lease = new HeldLease(root.retain());
        try {
            lease.hold(roots);
            return lease;
        } catch (ImageException failed) {
            lease.close();
            throw failed;
        }
    }

    @Override
    public synchronized void extend(
            Collection<Digest> blobs, Collection<Digest> layers, Collection<Digest> chains) {
        hold(Roots.of(blobs, layers, chains));
    }

    private synchronized void hold(Roots roots) {
        for (Kind kind : Kind.values()) {
            for (Digest digest : roots.of(kind)) {
                hold(kind.path(digest));
            }
        }
    }

    private void hold(String path) {
        Patience patience = new Patience(REMOVAL);
        int fd = claim(path);
        while (fd == -Errno.EAGAIN && patience.rest("lease", path)) {
            fd = claim(path);
        }
        if (fd != -Errno.ENOENT) {
            held.add(root.linux().own(root.check(fd, "lease", path)));
        }
    }

    private int claim(String path) {
        return Claim.take(root, path, Linux.O_RDONLY | Linux.O_NONBLOCK, Disk.LOCK_SH);
    }

    @Override
    public synchronized List<Integer> descriptors() {
        return held.stream().map(Fd::number).toList();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            held.forEach(Fd::close);
            root.release();
        }
    }
}
