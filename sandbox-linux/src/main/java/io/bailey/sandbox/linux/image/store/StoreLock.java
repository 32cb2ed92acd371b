package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.time.Duration;
import java.util.List;

/**
 * The lock of the whole store: shared for the moment in which something is published or leased,
 * exclusive while what nobody needs is picked out. Held for microseconds, and milliseconds.
 *
 * <p>There are two files, because flock(2) is not fair: who wants the store for himself closes the
 * gate first, so that new sharers wait there while the old ones leave.
 */
final class StoreLock implements AutoCloseable {
    private static final String GATE = "gate.lock";
    private static final String STORE = "store.lock";

    private final List<Fd> held;

    private StoreLock(List<Fd> held) {
        this.held = held;
    }

    static StoreLock shared(Root root, Duration timeout) {
        Patience patience = new Patience(timeout);
        try (Fd _ = take(root, GATE, Disk.LOCK_SH, patience)) {
            return new StoreLock(List.of(take(root, STORE, Disk.LOCK_SH, patience)));
        }
    }

    static StoreLock exclusive(Root root, Duration timeout) {
        Patience patience = new Patience(timeout);
        Fd gate = take(root, GATE, Disk.LOCK_EX, patience);
        try {
            return new StoreLock(List.of(take(root, STORE, Disk.LOCK_EX, patience), gate));
        } catch (ImageException refused) {
            gate.close();
            throw refused;
        }
    }

    private static Fd take(Root root, String file, int lock, Patience patience) {
        // For reading only: a full disk does not keep anybody from it once the files are there.
        Fd fd = root.own(root.open(file, Linux.O_RDONLY | Linux.O_CREAT, 0600), file);
        try {
            int r = Disk.flock(root.linux(), fd.number(), lock | Disk.LOCK_NB);
            while (r == -Errno.EAGAIN && patience.rest("lock", root.path().toString())) {
                r = Disk.flock(root.linux(), fd.number(), lock | Disk.LOCK_NB);
            }
            if (r == -Errno.EAGAIN) {
                throw locked(root);
            }
            root.check(r, "lock", file);
            return fd;
        } catch (ImageException failed) {
            fd.close();
            throw failed;
        }
    }

    private static ImageException locked(Root root) {
        return new ImageException(
                ImageException.Kind.LOCKED,
                "lock the store",
                root.path().toString(),
                "another process prunes it, or writes to it, and does not come to an end",
                "see who has " + root.path(STORE) + " open (lsof), or wait longer");
    }

    @Override
    public void close() {
        held.forEach(Fd::close);
    }
}
