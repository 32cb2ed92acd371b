package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The slow way to remove a group that is busy: kill, wait until it is empty, remove groups made
 * inside, rmdir. Dying tasks hold a group a little longer than their exit status is known (runc
 * #4040, containerd #11087).
 */
final class Removal {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FIRST_PAUSE_NANOS = 100_000;
    private static final long LONGEST_PAUSE_NANOS = 10_000_000;
    private static final int MAX_DEPTH = 32;

    private final Linux linux;
    private final GroupDirectory group;
    private final long deadline = System.nanoTime() + LIMIT_NANOS;
    private long pause = FIRST_PAUSE_NANOS;

    Removal(Linux linux, GroupDirectory group) {
        this.linux = linux;
        this.group = group;
    }

    /** Returns 0, or −EBUSY when five seconds were not enough, or another −errno. */
    int run() {
        // An interrupted thread would not park and so spin; it gets its flag back afterwards.
        boolean interrupted = Thread.interrupted();
        try {
            int r = group.rmdir();
            while (r == -Errno.EBUSY && System.nanoTime() - deadline < 0) {
                group.kill();
                awaitEmpty();
                removeInner(group.path(), 0);
                r = group.rmdir();
            }
            return r;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void awaitEmpty() {
        int events = group.open("cgroup.events", Linux.O_RDONLY);
        if (events < 0) {
            park();
            return;
        }
        try {
            while (isPopulated(events)) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (millis <= 0 || KernelFile.awaitChange(linux, events, (int) millis) <= 0) {
                    return;
                }
            }
        } finally {
            linux.close(events);
        }
        park();
    }

    private boolean isPopulated(int events) {
        FileText text = KernelFile.read(linux, events);
        return CgroupText.field(text.text(), "populated").orElse(0) == 1;
    }

    /**
     * v1 announces nothing, and v2 may refuse rmdir for a moment after "populated 0": look again,
     * ever later.
     */
    private void park() {
        LockSupport.parkNanos(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
    }

    /**
     * Groups the sandbox made inside its own, deepest first. A cgroup file system has no links to
     * be led astray by. On v1 killing a group leaves alone who is in those inside.
     */
    private void removeInner(String directory, int depth) {
        if (depth > MAX_DEPTH) {
            return;
        }
        for (String name : inner(directory)) {
            String child = directory + "/" + name;
            removeInner(child, depth + 1);
            try {
                GroupDirectory group = GroupDirectory.reopen(linux, child);
                if (group.rmdir() == -Errno.EBUSY) {
                    group.kill();
                    group.rmdir();
                }
                group.forget();
            } catch (CgroupFailure gone) {
                // The rmdir that follows says what is the matter, and it is tried again.
            }
        }
    }

    private static List<String> inner(String directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> inner =
                Files.newDirectoryStream(Path.of(directory), Files::isDirectory)) {
            inner.forEach(path -> names.add(path.getFileName().toString()));
        } catch (IOException | DirectoryIteratorException vanished) {
            return names;
        }
        return names;
    }
}
