package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One lock a digest: among the threads of this store by a semaphore, which wakes them in turn, and
 * among processes by flock(2) on a file in {@code locks/}. The file is removed by whoever lets go,
 * while it holds the lock; those of the dead are swept.
 */
final class DigestLocks {
    static final String DIRECTORY = "locks";
    private static final Comparator<Digest> ORDER = Comparator.comparing(Digest::toString);

    private final Root root;
    private final Duration timeout;
    private final Map<Digest, Turn> turns = new ConcurrentHashMap<>();

    /** The threads of this store that want one digest. */
    private static final class Turn {
        final Semaphore semaphore = new Semaphore(1, true);
        int interested;
    }

    DigestLocks(Root root, Duration timeout) {
        this.root = root;
        this.timeout = timeout;
    }

    /** All of them, always in the same order: two who want the same never wait for each other. */
    Lock lockAll(Collection<Digest> digests, Consumer<Digest> waiting) {
        List<Digest> sorted = digests.stream().distinct().sorted(ORDER).toList();
        List<Runnable> releases = new ArrayList<>();
        try {
            for (Digest digest : sorted) {
                releases.add(lock(digest, waiting));
            }
            return new Lock(sorted, releases);
        } catch (ImageException failed) {
            new Lock(sorted, releases).close();
            throw failed;
        }
    }

    /** Returns what lets go of it. */
    private Runnable lock(Digest digest, Consumer<Digest> waiting) {
        Patience patience = new Patience(timeout);
        Turn turn = turns.compute(digest, (key, old) -> join(old));
        boolean told = await(turn, digest, patience, waiting);
        boolean locked = false;
        try {
            Fd file = await(digest, patience, told ? ignored -> {} : waiting);
            locked = true;
            root.retain();
            return () -> release(digest, turn, file);
        } finally {
            if (!locked) {
                turn.semaphore.release();
                leave(digest);
            }
        }
    }

    private static Turn join(@org.jspecify.annotations.Nullable Turn old) {
        Turn turn = old == null ? new Turn() : old;
        turn.interested++;
        return turn;
    }

    private void leave(Digest digest) {
        turns.computeIfPresent(digest, (key, turn) -> --turn.interested == 0 ? null : turn);
    }

    private void release(Digest digest, Turn turn, Fd file) {
        int ignored = root.linux().unlinkat(root.fd(), path(digest), 0);
        assert ignored <= 0;
        file.close();
        root.release();
        turn.semaphore.release();
        leave(digest);
    }

    /** Waits for the threads before us. Returns whether there were any. */
    private boolean await(Turn turn, Digest digest, Patience patience, Consumer<Digest> waiting) {
        boolean mine = false;
        try {
            if (turn.semaphore.tryAcquire()) {
                mine = true;
                return false;
            }
            waiting.accept(digest);
            mine = turn.semaphore.tryAcquire(patience.nanos(), TimeUnit.NANOSECONDS);
            if (!mine) {
                throw locked(digest, "another thread of this process");
            }
            return true;
        } catch (InterruptedException interrupted) {
            throw StoreFailure.interrupted("wait for", digest.toString());
        } finally {
            if (!mine) {
                leave(digest);
            }
        }
    }

    /** Waits for the other processes. */
    private Fd await(Digest digest, Patience patience, Consumer<Digest> waiting) {
        String path = path(digest);
        boolean told = false;
        while (true) {
            int fd = Claim.take(root, path, Linux.O_RDWR | Linux.O_CREAT, Disk.LOCK_EX);
            boolean gone = fd == -Errno.ENOENT && root.stat(DIRECTORY).isDirectory();
            if (fd != -Errno.EAGAIN && !gone) {
                return signed(root.own(fd, path));
            }
            // Gone: who had it removed it between our open and our lock, and does not have it now.
            if (!told && !gone) {
                told = true;
                waiting.accept(digest);
            }
            if (!patience.rest("wait for", digest.toString())) {
                throw locked(digest, holder(path));
            }
        }
    }

    /** Leaves our number for those who wait; on a full disk they have to do without. */
    private Fd signed(Fd file) {
        byte[] pid =
                Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
        root.linux().call(Sys.FTRUNCATE, file.number(), 0);
        int ignored = root.linux().writeAll(file.number(), pid);
        assert ignored <= 0;
        return file;
    }

    private String holder(String path) {
        FileText pid = KernelFile.read(root.linux(), root.fd(), path);
        return pid.isRead() && !pid.text().isBlank()
                ? "process " + pid.text().strip()
                : "another process";
    }

    private ImageException locked(Digest digest, String holder) {
        return new ImageException(
                ImageException.Kind.LOCKED,
                "wait for",
                digest.toString(),
                holder + " has worked on it for longer than " + timeout.toSeconds() + " s",
                "see what it does, or wait longer (lockTimeout)");
    }

    private static String path(Digest digest) {
        return DIRECTORY + "/" + Names.of(digest);
    }
}
