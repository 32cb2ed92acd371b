package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Carries one output stream of a command from its pipe to a sink, on the reactor's thread, up to a
 * limit of bytes.
 */
final class OutputPump {

    private final Linux linux;
    private final Reactor reactor;
    private final Fd fd;
    private final Sink sink;
    private final long limit;
    private final Runnable onLimit;
    private final ReentrantLock lock = new ReentrantLock();
    private long key;
    private boolean watching;
    private boolean paused;
    private boolean atEnd;
    private long seen;

    OutputPump(Linux linux, Reactor reactor, Fd fd, Sink sink, long limit, Runnable onLimit) {
        this.linux = linux;
        this.reactor = reactor;
        this.fd = fd;
        this.sink = sink;
        this.limit = limit;
        this.onLimit = onLimit;
    }

    Sink sink() {
        return sink;
    }

    /** Starts, and starts again after a pause of the sink's. */
    void watch() {
        lock.lock();
        try {
            paused = false;
            if (!watching && !atEnd && fd.isOpen()) {
                key = reactor.newKey();
                watching = true;
                reactor.add(key, fd.number(), Linux.EPOLLIN, events -> pump());
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
        readOnce(buffer);
        return !paused;
    }

    private void pause() {
        lock.lock();
        try {
            if (watching) {
                watching = false;
                reactor.remove(key, fd.number());
            }
        } finally {
            lock.unlock();
        }
    }

    private void pump() {
        if (readOnce(reactor.buffer()) == 0) {
            pause();
        }
    }

    /** One read. Returns what read(2) answered. */
    private int readOnce(ByteBuffer buffer) {
        buffer.clear();
        int n = linux.read(fd.number(), buffer);
        atEnd |= n == 0;
        if (n > 0) {
            buffer.flip();
            long before = seen;
            seen += n;
            if (seen > limit) {
                buffer.limit((int) Math.max(0, limit - before));
                if (before <= limit) {
                    onLimit.run();
                }
            }
            if (buffer.hasRemaining() && !sink.accept(buffer, this::watch)) {
                paused = true;
                pause();
            }
        }
        return n;
    }

    /**
     * Reads what is left once the command has ended, without waiting for whoever may still hold the
     * pipe, and closes.
     */
    CompletableFuture<Void> finish(ByteBuffer buffer) {
        pause();
        int n = readOnce(buffer);
        while ((n > 0 && seen <= limit) || n == -Errno.EINTR) {
            n = readOnce(buffer);
        }
        lock.lock();
        try {
            fd.close();
        } finally {
            lock.unlock();
        }
        return sink.end();
    }

    boolean overLimit() {
        return seen > limit;
    }
}
