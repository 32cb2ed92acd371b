package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Carries one output stream of a command from its pipe to a sink, on the reactor's thread, up to a
 * limit of bytes.
 */
final class OutputPump {

    /** The most that a pipe can hold, pipe(7): who lives on may fill it again and again. */
    private static final int PIPE_MAX_SIZE = 1 << 20;

    private final Linux linux;
    private final Reactor reactor;
    private final Fd fd;
    private final Sink sink;
    private final Consumer<ByteBuffer> tap;
    private final long limit;
    private final Runnable onLimit;
    private final Consumer<Throwable> onFailure;
    private final ReentrantLock lock = new ReentrantLock();
    private long key;
    private boolean watching;
    private boolean atEnd;
    private boolean finishing;
    private long seen;

    OutputPump(
            Linux linux,
            Reactor reactor,
            Fd fd,
            Sink sink,
            Consumer<ByteBuffer> tap,
            long limit,
            Runnable onLimit,
            Consumer<Throwable> onFailure) {
        this.linux = linux;
        this.reactor = reactor;
        this.fd = fd;
        this.sink = sink;
        this.tap = tap;
        this.limit = limit;
        this.onLimit = onLimit;
        this.onFailure = onFailure;
    }

    Sink sink() {
        return sink;
    }

    /** Starts, and starts again after a pause of the sink's. */
    void watch() {
        lock.lock();
        try {
            if (!watching && !atEnd && !finishing) {
                key = reactor.newKey();
                watching = true;
                reactor.add(key, fd.number(), Linux.EPOLLIN, events -> pump(), onFailure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The descriptor to poll by hand, −1 when there is nothing more to read. */
    int pollable() {
        return atEnd ? -1 : fd.number();
    }

    /**
     * Reads once, in the thread that polled. Returns false when the sink wants a pause, which takes
     * the reactor.
     */
    boolean polled(ByteBuffer buffer) {
        read(buffer);
        return deliver(buffer);
    }

    /** With the lock held. */
    private void unwatch() {
        if (watching) {
            watching = false;
            reactor.remove(key, fd.number());
        }
    }

    private void pump() {
        int n = read(reactor.buffer());
        deliver(reactor.buffer());
        if (n == 0) {
            lock.lock();
            try {
                unwatch();
            } finally {
                lock.unlock();
            }
        }
    }

    /** One read, cut at the limit. Returns what read(2) answered. */
    private int read(ByteBuffer buffer) {
        buffer.clear();
        int n = readIfOpen(buffer);
        // So a terminal says that nobody has it open any more, pty(7).
        n = n == -Errno.EIO ? 0 : n;
        atEnd |= n == 0;
        buffer.flip();
        if (n > 0) {
            long before = seen;
            seen += n;
            if (seen > limit) {
                buffer.limit((int) Math.max(0, limit - before));
                if (before <= limit) {
                    onLimit.run();
                }
            }
        }
        return n;
    }

    /** Whoever reads what it delivers may have closed it. */
    private int readIfOpen(ByteBuffer buffer) {
        lock.lock();
        try {
            return fd.isOpen() ? linux.read(fd.number(), buffer) : 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hands over what was read. Returns false when the sink wants a pause; under the lock, so that
     * its call for more, which may come at once, finds the pause made.
     */
    private boolean deliver(ByteBuffer buffer) {
        if (!buffer.hasRemaining()) {
            return true;
        }
        tap.accept(buffer.duplicate());
        lock.lock();
        try {
            boolean more = sink.accept(buffer, this::watch);
            if (!more) {
                unwatch();
            }
            return more;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads what is left once the command has ended, without waiting for whoever may still hold the
     * pipe, and closes.
     */
    CompletableFuture<Void> finish(ByteBuffer buffer) {
        lock.lock();
        try {
            unwatch();
            finishing = true;
        } finally {
            lock.unlock();
        }
        long before = seen;
        int n;
        do {
            n = read(buffer);
            deliver(buffer);
        } while ((n > 0 && seen <= limit && seen - before < PIPE_MAX_SIZE) || n == -Errno.EINTR);
        lock.lock();
        try {
            fd.close();
        } finally {
            lock.unlock();
        }
        return sink.end();
    }

    /** Without reading what is left. */
    void close() {
        lock.lock();
        try {
            unwatch();
            finishing = true;
            fd.close();
        } finally {
            lock.unlock();
        }
    }

    /** Does something to the descriptor, unless it is closed. */
    void use(IntConsumer action) {
        lock.lock();
        try {
            if (fd.isOpen()) {
                action.accept(fd.number());
            }
        } finally {
            lock.unlock();
        }
    }

    boolean overLimit() {
        return seen > limit;
    }
}
