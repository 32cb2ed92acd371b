package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Stops all processes of a group and lets them go on: cgroup-v2.rst {@code cgroup.freeze}, or
 * cgroup-v1/freezer-subsystem.rst.
 */
final class Freezer {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long FIRST_PAUSE_NANOS = 100_000;
    private static final long LONGEST_PAUSE_NANOS = 10_000_000;

    /** Who waits for a disk that does not answer stops only when it has answered. */
    private static final String STUCK = "a process inside waits for a device (state D); try again";

    private final Linux linux;
    private final GroupDirectory group;
    private final boolean v2;

    private Freezer(Linux linux, GroupDirectory group, boolean v2) {
        this.linux = linux;
        this.group = group;
        this.v2 = v2;
    }

    /** Of a cgroup2 tree: there without any controller, since Linux 5.2. */
    static Freezer unified(Linux linux, GroupDirectory group) {
        return new Freezer(linux, group, true);
    }

    /** The v1 controller. */
    static Freezer v1(Linux linux, GroupDirectory group) {
        return new Freezer(linux, group, false);
    }

    /** There is none. */
    static SandboxUnavailableException unavailable() {
        return Degradation.unavailable(
                List.of(
                        new Problem(
                                "freezer",
                                "neither a cgroup2 tree nor a v1 freezer hierarchy to make groups in",
                                Fixes.MOUNT)));
    }

    /** Whether killed processes stay until they are let go: v1 alone holds them. */
    boolean holdsTheKilled() {
        return !v2;
    }

    /** Whether it is frozen or about to be, by whomever; empty if that cannot be read. */
    Optional<Boolean> isFrozen() {
        FileText state = group.read(v2 ? "cgroup.freeze" : "freezer.state");
        if (state.result() == -Errno.ENOENT || state.result() == -Errno.ENODEV) {
            // A group that is gone holds nobody.
            return Optional.of(false);
        }
        return state.isRead()
                ? Optional.of(!state.text().strip().equals(word(false)))
                : Optional.empty();
    }

    /** Begins to freeze: whoever is inside may still run. */
    Freeze begin() {
        int state =
                open(v2 ? "cgroup.freeze" : "freezer.state", v2 ? Linux.O_WRONLY : Linux.O_RDWR);
        try {
            int watched = v2 ? open("cgroup.events", Linux.O_RDONLY) : state;
            Freeze freeze = new Freeze(state, watched);
            freeze.set(true);
            return freeze;
        } catch (RuntimeException | Error failed) {
            linux.close(state);
            throw failed;
        }
    }

    void thaw() {
        int errno = -group.write(v2 ? "cgroup.freeze" : "freezer.state", word(false));
        // A group that is gone has nobody to let go.
        if (errno != 0 && errno != Errno.ENODEV && errno != Errno.ENOENT) {
            throw failure("thaw", errno);
        }
    }

    private int open(String file, int flags) {
        int fd = group.open(file, flags);
        if (fd < 0) {
            throw failure("open " + file + " of", -fd);
        }
        return fd;
    }

    private String word(boolean frozen) {
        if (v2) {
            return frozen ? "1" : "0";
        }
        return frozen ? "FROZEN" : "THAWED";
    }

    private SandboxException failure(String step, int errno) {
        CgroupFailure failure = new CgroupFailure(step, errno, group.path());
        return failure.isRefusal()
                ? Degradation.unavailable(List.of(failure.problem("freezer")))
                : failure.setupException();
    }

    /**
     * A group on its way to stand still. It has descriptors of its own: the group may be killed and
     * closed meanwhile.
     */
    final class Freeze implements AutoCloseable {
        private final int state;
        private final int watched;

        private Freeze(int state, int watched) {
            this.state = state;
            this.watched = watched;
        }

        private void set(boolean frozen) {
            int errno = -linux.writeAll(state, word(frozen).getBytes(StandardCharsets.US_ASCII));
            // A group that is gone has nobody to freeze.
            if (errno != 0 && errno != Errno.ENODEV) {
                throw failure("freeze", errno);
            }
        }

        /** Returns when nobody inside runs, or gives up and lets them go on. */
        void await() {
            // An interrupted thread would not park and so spin; it gets its flag back afterwards.
            boolean interrupted = Thread.interrupted();
            try {
                if (!stands(System.nanoTime() + LIMIT_NANOS)) {
                    set(false);
                    throw new SandboxSetupException("freeze", "EBUSY", group.path(), STUCK);
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private boolean stands(long deadline) {
            long pause = FIRST_PAUSE_NANOS;
            while (true) {
                FileText text = KernelFile.read(linux, watched);
                if (!text.isRead() || isFrozen(text.text())) {
                    return true;
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                if (v2) {
                    KernelFile.awaitChange(
                            linux, watched, (int) TimeUnit.NANOSECONDS.toMillis(left) + 1);
                } else {
                    // v1 announces nothing: FREEZING becomes FROZEN when it is looked at.
                    LockSupport.parkNanos(pause);
                    pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
                }
            }
        }

        private boolean isFrozen(String text) {
            return v2 ? CgroupText.field(text, "frozen").orElse(1) == 1 : text.startsWith("FROZEN");
        }

        @Override
        public void close() {
            linux.close(state);
            if (watched != state) {
                linux.close(watched);
            }
        }
    }
}
