package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.launch.Session;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The further commands in one container. Until the last of them is gone the container's descriptors
 * stay open and its cgroup stays: nobody is let in by a number that means something else by now.
 */
final class Guests {
    /** A watcher ends with its command, at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** As long as somebody may take to be born. */
    private static final long DOOR_MILLIS = 500;

    private final Set<Session> inside = ConcurrentHashMap.newKeySet();

    /** Held for reading by whoever enters: the end waits until it is counted among those inside. */
    private final ReentrantReadWriteLock door = new ReentrantReadWriteLock();

    private boolean closed;
    private volatile boolean still;

    /**
     * Lets in what {@code entering} starts.
     *
     * @throws IllegalStateException if the container has ended, or is paused
     */
    Session admit(Supplier<Session> entering) {
        door.readLock().lock();
        try {
            if (closed) {
                throw ended();
            }
            if (still) {
                throw new IllegalStateException(
                        "the container is paused: a command in it would not run; resume() it first");
            }
            Session guest = entering.get();
            inside.add(guest);
            return guest;
        } finally {
            door.readLock().unlock();
        }
    }

    static IllegalStateException ended() {
        return new IllegalStateException("the container has ended: no command can enter it");
    }

    /**
     * Freezes the container: nobody is just entering, who would be born frozen while it shares the
     * JVM's memory, and with it hold up the thread that bears it.
     */
    void stop(Runnable freezing) {
        door.writeLock().lock();
        try {
            freezing.run();
            still = true;
        } finally {
            door.writeLock().unlock();
        }
    }

    /** Lets it go on, first of all who is born frozen and holds the door. */
    void goOn(Runnable thawing) {
        thawing.run();
        door.writeLock().lock();
        try {
            still = false;
        } finally {
            door.writeLock().unlock();
        }
    }

    /** Another process has let it go on. */
    void resumedElsewhere() {
        if (still) {
            goOn(() -> {});
        }
    }

    boolean isEmpty() {
        return inside.isEmpty();
    }

    void leave(Session guest) {
        inside.remove(guest);
    }

    /**
     * Lets nobody in any more, ends those whom the kernel has not ended with the first process, and
     * waits for them to be gone.
     *
     * @param rousing lets the frozen go on, or kills them: they hear nothing, nor lets the door go
     *     who is born frozen, where another process has paused the container
     */
    void close(Runnable rousing) {
        if (!shut(DOOR_MILLIS)) {
            rousing.run();
            shut(Long.MAX_VALUE);
        } else if (still) {
            rousing.run();
        }
        inside.forEach(Session::kill);
        inside.forEach(guest -> {
            if (!guest.awaitGone(PATIENCE)) {
                guest.killFirst();
            }
        });
        inside.forEach(guest -> guest.awaitGone(PATIENCE));
    }

    private boolean shut(long millis) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (!door.writeLock().tryLock(millis, TimeUnit.MILLISECONDS)) {
                        return false;
                    }
                    closed = true;
                    door.writeLock().unlock();
                    return true;
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
