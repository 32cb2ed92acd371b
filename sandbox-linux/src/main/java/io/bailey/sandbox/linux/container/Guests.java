package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.launch.Session;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The further commands in one container. Until the last of them is gone the container's descriptors
 * stay open and its cgroup stays: nobody is let in by a number that means something else by now.
 */
final class Guests implements AutoCloseable {
    /** A watcher ends with its command, at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Set<Session> inside = ConcurrentHashMap.newKeySet();

    /** Held for reading by whoever enters: the end waits until it is counted among those inside. */
    private final ReentrantReadWriteLock door = new ReentrantReadWriteLock();

    private boolean closed;

    /**
     * Lets in what {@code entering} starts.
     *
     * @throws IllegalStateException if the container has ended
     */
    Session admit(Supplier<Session> entering) {
        door.readLock().lock();
        try {
            if (closed) {
                throw ended();
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

    void leave(Session guest) {
        inside.remove(guest);
    }

    /**
     * Lets nobody in any more, ends those whom the kernel has not ended with the first process, and
     * waits for them to be gone.
     */
    @Override
    public void close() {
        door.writeLock().lock();
        try {
            closed = true;
        } finally {
            door.writeLock().unlock();
        }
        inside.forEach(Session::kill);
        for (Session guest : inside) {
            if (!guest.awaitGone(PATIENCE)) {
                guest.killFirst();
            }
        }
        inside.forEach(guest -> guest.awaitGone(PATIENCE));
    }
}
