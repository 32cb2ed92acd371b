package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.PoolOptions;
import io.bailey.sandbox.PoolStats;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a pool has, what it lacks and what has become of the rest. Knows when more is to be made and
 * when something is too old; makes and ends nothing itself. Thread-safe.
 */
final class Shelf {
    private static final long FIRST_PAUSE = 10_000_000;
    private static final long LONGEST_PAUSE = 5_000_000_000L;

    /** So long what a run has left may lie, for more to come: removing it takes processors. */
    private static final long GRACE = 5_000_000;

    /** So long whoever has taken one has the processors for itself, while there are more. */
    private static final long LULL = 2_000_000;

    private static final int BATCH = 32;

    private final PoolOptions options;
    private final long expiry;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<ParkedSandbox> idle = new ArrayDeque<>();
    private final List<Runnable> remains = new ArrayList<>();
    private long buryAt;
    private final List<ParkedSandbox> dead = new ArrayList<>();
    private boolean filling = true;
    private boolean closed;
    private int preparing;
    private int waiting;
    private long quietAt = System.nanoTime();
    private long taken;
    private long cold;
    private long refused;
    private long expired;
    private long died;
    private long failed;
    private long pause;
    private long notBefore;
    private Optional<Throwable> lastFailure = Optional.empty();

    /** What there is to do for a thread that keeps a pool. */
    sealed interface Work {
        /** Make one. */
        record Make() implements Work {}

        /** These are too old, or have ended by themselves. */
        record End(List<ParkedSandbox> useless) implements Work {}

        /** This is left of runs. */
        record Bury(List<Runnable> remains) implements Work {}

        /** The pool is closed. */
        record Stop() implements Work {}
    }

    Shelf(PoolOptions options) {
        this.options = options;
        this.expiry = nanos(options.idleExpiry());
    }

    static long nanos(Duration time) {
        try {
            return time.toNanos();
        } catch (ArithmeticException centuries) {
            return Long.MAX_VALUE;
        }
    }

    /** Waits for something to do. */
    Work next() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                if (closed) {
                    return new Work.Stop();
                }
                long now = System.nanoTime();
                List<ParkedSandbox> old = takeUseless(now);
                if (!old.isEmpty()) {
                    return new Work.End(old);
                }
                if (!remains.isEmpty() && (remains.size() >= BATCH || buryAt - now <= 0)) {
                    List<Runnable> all = List.copyOf(remains);
                    remains.clear();
                    return new Work.Bury(all);
                }
                long wanted = lacks() ? untilWanted(now) : Long.MAX_VALUE;
                if (wanted <= 0) {
                    preparing++;
                    return new Work.Make();
                }
                long _ = work.awaitNanos(left(now, wanted));
            }
        } finally {
            lock.unlock();
        }
    }

    /** From the minimum down to the size up again. */
    private boolean lacks() {
        int there = idle.size() + preparing;
        if (there < options.minimumIdle()) {
            filling = true;
        } else if (there >= options.size()) {
            filling = false;
        }
        return filling;
    }

    /**
     * How long the next is not to be made yet: after a failure, and while commands are at work that
     * the making of one would take the processors from.
     */
    private long untilWanted(long now) {
        if (pause != 0) {
            return notBefore - now;
        }
        boolean enough = waiting == 0 && idle.size() * 2 >= options.size();
        return enough ? quietAt - now : 0;
    }

    private List<ParkedSandbox> takeUseless(long now) {
        List<ParkedSandbox> old = new ArrayList<>(dead);
        dead.clear();
        while (!idle.isEmpty() && now - idle.getFirst().madeAt() >= expiry) {
            old.add(idle.removeFirst());
            expired++;
        }
        return old;
    }

    /** How long there will be nothing to do unless somebody says so. */
    private long left(long now, long wanted) {
        long left = wanted;
        if (!remains.isEmpty()) {
            left = Math.min(left, buryAt - now);
        }
        if (!idle.isEmpty()) {
            left = Math.min(left, expiry - (now - idle.getFirst().madeAt()));
        }
        return left;
    }

    /** One has been made. Returns false if nobody wants it any more. */
    boolean add(ParkedSandbox made) {
        lock.lock();
        try {
            preparing--;
            pause = 0;
            lastFailure = Optional.empty();
            if (closed) {
                return false;
            }
            if (made.ended().get()) {
                died++;
                work.signal();
                return false;
            }
            idle.addLast(made);
            var _ = lacks();
            arrived.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** One could not be made: the next try comes after a pause, twice as long each time. */
    void failed(Throwable failure) {
        lock.lock();
        try {
            preparing--;
            failed++;
            lastFailure = Optional.of(failure);
            pause = pause == 0 ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
            notBefore = System.nanoTime() + pause;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The one that has waited longest. */
    Optional<ParkedSandbox> poll() {
        lock.lock();
        try {
            return pollLocked();
        } finally {
            lock.unlock();
        }
    }

    void requireOpen() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("this pool is closed; make another");
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<ParkedSandbox> pollLocked() {
        requireOpen();
        ParkedSandbox first = idle.pollFirst();
        if (first != null) {
            taken++;
            quietAt = System.nanoTime() + LULL;
            if (lacks()) {
                work.signal();
            }
        }
        return Optional.ofNullable(first);
    }

    /** The same, waiting for one to come. */
    Optional<ParkedSandbox> poll(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        waiting++;
        try {
            long left = nanos;
            Optional<ParkedSandbox> one = pollLocked();
            while (one.isEmpty() && left > 0) {
                // Whoever waits wants one now, whatever the minimum is.
                filling = true;
                work.signal();
                left = arrived.awaitNanos(left);
                one = pollLocked();
            }
            return one;
        } finally {
            waiting--;
            lock.unlock();
        }
    }

    /** Waits until the shelf is full. Returns whether it is. */
    boolean awaitFull(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        waiting++;
        try {
            long left = nanos;
            while (!closed && idle.size() < options.size() && left > 0) {
                filling = true;
                work.signalAll();
                left = arrived.awaitNanos(left);
            }
            requireOpen();
            return idle.size() >= options.size();
        } finally {
            waiting--;
            lock.unlock();
        }
    }

    /** One that was taken, but not given anything. Returns false if nobody wants it any more. */
    boolean putBack(ParkedSandbox unused) {
        lock.lock();
        try {
            taken--;
            if (closed || unused.ended().get()) {
                return false;
            }
            idle.addFirst(unused);
            arrived.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** One has ended by itself. Nothing happens if it is not waiting here. */
    void remove(ParkedSandbox ended) {
        lock.lock();
        try {
            if (idle.remove(ended)) {
                died++;
                dead.add(ended);
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One that was taken had ended by then. */
    void lost() {
        lock.lock();
        try {
            taken--;
            died++;
            cold++;
        } finally {
            lock.unlock();
        }
    }

    void startedCold() {
        lock.lock();
        try {
            cold++;
        } finally {
            lock.unlock();
        }
    }

    void refused() {
        lock.lock();
        try {
            refused++;
        } finally {
            lock.unlock();
        }
    }

    /** Why the last could not be made, if it could not. */
    Optional<Throwable> lastFailure() {
        lock.lock();
        try {
            return lastFailure;
        } finally {
            lock.unlock();
        }
    }

    PoolStats stats() {
        lock.lock();
        try {
            return new PoolStats(
                    idle.size(), preparing, taken, cold, refused, expired, died, failed);
        } finally {
            lock.unlock();
        }
    }

    /** Leaves what is left of a run to whoever asks for work. Returns false if nobody does. */
    boolean bury(Runnable left) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            remains.add(left);
            if (remains.size() == 1) {
                buryAt = System.nanoTime() + GRACE;
                work.signal();
            } else if (remains.size() == BATCH) {
                work.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What was there when the pool was closed. */
    record Rest(List<ParkedSandbox> idle, List<Runnable> remains) {}

    /** Takes everything, and lets nothing more in. */
    Rest close() {
        lock.lock();
        try {
            closed = true;
            List<ParkedSandbox> all = new ArrayList<>(idle);
            all.addAll(dead);
            Rest rest = new Rest(all, List.copyOf(remains));
            idle.clear();
            dead.clear();
            remains.clear();
            work.signalAll();
            arrived.signalAll();
            return rest;
        } finally {
            lock.unlock();
        }
    }
}
