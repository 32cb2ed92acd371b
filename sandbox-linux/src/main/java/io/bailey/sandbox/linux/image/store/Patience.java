package io.bailey.sandbox.linux.image.store;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long somebody waits for a lock of another process. The kernel has no way to wait for an
 * flock(2) that a Java thread could be got out of, so it is tried again: soon at first, then 50
 * times a second.
 */
final class Patience {
    private static final long FIRST_REST = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long LONGEST_REST = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Duration FOREVER = Duration.ofDays(365);

    private final long deadline;
    private long rest = FIRST_REST;

    Patience(Duration wait) {
        Duration atMost = wait.compareTo(FOREVER) > 0 ? FOREVER : wait;
        deadline = System.nanoTime() + atMost.toNanos();
    }

    /** How much is left of it. */
    long nanos() {
        return deadline - System.nanoTime();
    }

    /**
     * Rests a little. Returns false if it is at an end.
     *
     * @throws io.bailey.sandbox.image.ImageException of kind INTERRUPTED
     */
    boolean rest(String step, String subject) {
        long left = nanos();
        if (left <= 0) {
            return false;
        }
        LockSupport.parkNanos(Math.min(left, rest));
        if (Thread.currentThread().isInterrupted()) {
            throw StoreFailure.interrupted(step, subject);
        }
        rest = Math.min(2 * rest, LONGEST_REST);
        return true;
    }
}
