package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Carries bytes to a command's stdin: the pipe is written on the reactor's thread when it takes
 * some, the caller's stream is read on a worker that waits in between. A command that does not read
 * to the end is no error.
 */
final class InputPump {
    private static final int CHUNK = 1 << 16;

    private final Linux linux;
    private final Reactor reactor;
    private final Fd fd;
    private final InputStream source;
    private final boolean ours;
    private final Delivery delivery;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition written = lock.newCondition();
    private Optional<Thread> feeder = Optional.empty();
    private Optional<Throwable> failure = Optional.empty();
    private byte[] chunk = new byte[0];
    private int at;
    private long key;
    private boolean watching;
    private boolean closed;

    /**
     * @param ours whether {@code source} is to be closed at the end
     * @param delivery for whom, and who is told when it throws
     */
    InputPump(
            Linux linux,
            Reactor reactor,
            Fd fd,
            InputStream source,
            boolean ours,
            Delivery delivery) {
        this.linux = linux;
        this.reactor = reactor;
        this.fd = fd;
        this.source = source;
        this.ours = ours;
        this.delivery = delivery;
    }

    void start() {
        delivery.begin(this::feed);
    }

    private void feed() {
        byte[] buffer = new byte[CHUNK];
        try {
            int n = begin() ? source.read(buffer) : -1;
            while (n >= 0 && put(Arrays.copyOf(buffer, n))) {
                n = source.read(buffer);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (Throwable thrown) {
            // The caller's own code threw, whatever it is: the caller gets it back with the result.
            broke(thrown);
        } finally {
            close();
            closeSource();
        }
    }

    /** From here on a close interrupts this thread. Returns whether there was none yet. */
    private boolean begin() {
        lock.lock();
        try {
            feeder = Optional.of(Thread.currentThread());
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Half an input must not look like a whole one. What a close has interrupted is no failure. */
    private void broke(Throwable thrown) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            failure = Optional.of(thrown);
        } finally {
            lock.unlock();
        }
        delivery.broke();
    }

    /** What the source threw before the command had ended, if it did. */
    Optional<Throwable> failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    private void closeSource() {
        if (ours) {
            try {
                source.close();
            } catch (IOException impossible) {
                throw new UncheckedIOException("one of ours, that only closes an fd", impossible);
            }
        }
    }

    /**
     * Waits until the pipe has taken {@code bytes}. Returns false when nobody reads it any more.
     */
    boolean put(byte[] bytes) throws InterruptedException {
        lock.lock();
        try {
            chunk = bytes;
            at = 0;
            if (!closed) {
                write();
            }
            while (at < chunk.length && !closed) {
                watch();
                written.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Writes of {@code bytes} what there is room for. */
    void offer(byte[] bytes) {
        lock.lock();
        try {
            if (!closed && bytes.length > 0) {
                linux.write(fd.number(), bytes, 0, bytes.length);
            }
        } finally {
            lock.unlock();
        }
    }

    private void watch() {
        if (!watching) {
            watching = true;
            key = reactor.newKey();
            reactor.add(key, fd.number(), Linux.EPOLLOUT, this::ready, this::broke);
        }
    }

    private void ready(int events) {
        lock.lock();
        try {
            if (!closed) {
                write();
                // A terminal that nobody has open takes no more, and does not say so.
                closed |= at < chunk.length && (events & Linux.EPOLLHUP) != 0;
                if (at == chunk.length || closed) {
                    unwatch();
                    written.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void unwatch() {
        if (watching) {
            watching = false;
            if (fd.isOpen()) {
                reactor.remove(key, fd.number());
            }
        }
    }

    private void write() {
        while (at < chunk.length) {
            int n = linux.write(fd.number(), chunk, at, Math.min(CHUNK, chunk.length - at));
            if (n == -Errno.EAGAIN) {
                return;
            }
            if (n < 0 && n != -Errno.EINTR) {
                closed = true;
                return;
            }
            at += Math.max(0, n);
        }
    }

    /** Ends it: the command has ended, or the source has. */
    void close() {
        lock.lock();
        try {
            unwatch();
            closed = true;
            fd.close();
            written.signal();
            feeder.filter(thread -> thread != Thread.currentThread()).ifPresent(Thread::interrupt);
            feeder = Optional.empty();
        } finally {
            lock.unlock();
        }
    }
}
