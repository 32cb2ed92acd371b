package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.sys.EpollEvents;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One platform thread that waits in epoll(7) for every sandbox of this JVM, so that callers park
 * instead: a blocking downcall on a virtual thread would pin its carrier, without compensation.
 *
 * <p>Handlers run on that thread, must not block, and see their events one after another.
 */
public final class Reactor {
    private static final int BATCH = 64;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final System.Logger LOG = System.getLogger(Reactor.class.getName());

    private final Linux linux;
    private final int epoll;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final AtomicLong keys = new AtomicLong();
    private final ConcurrentHashMap<Long, Registration> handlers = new ConcurrentHashMap<>();

    private record Registration(int fd, Handler handler, Consumer<Throwable> onFailure) {}

    /** What to do when a descriptor is ready. */
    @FunctionalInterface
    public interface Handler {
        void ready(int events);
    }

    Reactor(Linux linux) {
        this.linux = linux;
        this.epoll = LaunchException.check(linux.epollCreate(), "epoll_create1", "for the reactor");
        Thread.ofPlatform().name("bailey-reactor").daemon(true).start(this::loop);
    }

    /** A buffer for handlers, on the reactor's thread only: one of them runs at a time. */
    ByteBuffer buffer() {
        return buffer;
    }

    /**
     * A key for {@link #add} and {@link #remove}: to be remembered before the first event can come.
     */
    long newKey() {
        return keys.incrementAndGet();
    }

    /**
     * Watches {@code fd} under {@code key}.
     *
     * @param onFailure told what the handler threw; it is not called again
     */
    void add(long key, int fd, int events, Handler handler, Consumer<Throwable> onFailure) {
        handlers.put(key, new Registration(fd, handler, onFailure));
        int result = linux.epollCtl(epoll, Linux.EPOLL_CTL_ADD, fd, events, key);
        if (result < 0) {
            handlers.remove(key);
            throw new LaunchException("epoll_ctl", "fd " + fd, -result);
        }
    }

    /**
     * Stops watching; the descriptor must still be open. An event already fetched finds no handler
     * and is dropped.
     */
    void remove(long key, int fd) {
        handlers.remove(key);
        linux.epollCtl(epoll, Linux.EPOLL_CTL_DEL, fd, 0, 0);
    }

    private void loop() {
        EpollEvents events = new EpollEvents(BATCH);
        while (true) {
            int n = linux.epollWait(epoll, events, -1);
            if (n < 0 && n != -Errno.EINTR) {
                LOG.log(System.Logger.Level.ERROR, "epoll_wait: {0}", Errno.name(-n));
                return;
            }
            for (int i = 0; i < n; i++) {
                dispatch(events.data(i), events.events(i));
            }
        }
    }

    private void dispatch(long key, int events) {
        Registration registration = handlers.get(key);
        if (registration == null) {
            return;
        }
        try {
            registration.handler().ready(events);
        } catch (RuntimeException | Error bug) {
            // One sandbox's trouble must not end the wait of all others, nor come again at once.
            remove(key, registration.fd());
            registration.onFailure().accept(bug);
        }
    }
}
