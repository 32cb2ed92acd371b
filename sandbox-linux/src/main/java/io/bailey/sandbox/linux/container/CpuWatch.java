package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.cgroup.Cgroup;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A limit on the CPU time of a whole tree, which the kernel has no file for: the cgroup's clock is
 * read again no sooner than all processors together could use up what is left.
 */
final class CpuWatch {
    private static final long LEAST_MICROS = 1_000;

    private final ScheduledExecutorService timers;
    private final int cpus;
    private final Cgroup cgroup;
    private final Duration limit;
    private final Consumer<Termination> onLimit;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<ScheduledFuture<?>> next = Optional.empty();
    private boolean stopped;

    /**
     * @param cpus those of the machine: a sandbox may use more than its JVM
     */
    CpuWatch(
            ScheduledExecutorService timers,
            int cpus,
            Cgroup cgroup,
            Duration limit,
            Consumer<Termination> onLimit) {
        this.timers = timers;
        this.cpus = cpus;
        this.cgroup = cgroup;
        this.limit = limit;
        this.onLimit = onLimit;
    }

    void start() {
        schedule(limit.toNanos() / 1_000);
    }

    private void schedule(long leftMicros) {
        long soonest = Math.max(LEAST_MICROS, leftMicros / cpus);
        lock.lock();
        try {
            if (!stopped) {
                next = Optional.of(timers.schedule(this::check, soonest, TimeUnit.MICROSECONDS));
            }
        } finally {
            lock.unlock();
        }
    }

    private void check() {
        long left = limit.toNanos() / 1_000 - cgroup.cpuMicros();
        if (left <= 0) {
            onLimit.accept(new Termination.CpuTimeExceeded(limit));
        } else {
            schedule(left);
        }
    }

    /** The timer holds on to all of the run, its output too: it goes now, not when it is due. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            next.ifPresent(timer -> timer.cancel(false));
        } finally {
            lock.unlock();
        }
    }
}
