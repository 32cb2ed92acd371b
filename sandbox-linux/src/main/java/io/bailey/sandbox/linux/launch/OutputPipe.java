package io.bailey.sandbox.linux.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a command writes, for whoever reads it from the {@link Process}. While more than {@value
 * #HIGH_WATER} bytes wait, the pipe is not read, so the command waits for its reader. What is there
 * when it has ended stays to be read.
 */
final class OutputPipe extends InputStream implements Sink {
    /** What a pipe(7) holds. */
    private static final int HIGH_WATER = 1 << 16;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuffer> chunks = new ArrayDeque<>();
    private Optional<Runnable> resume = Optional.empty();
    private Runnable onClose = () -> {};
    private int waiting;
    private boolean ended;
    private boolean closed;

    /** What lets go of the other end: then whoever goes on writing gets SIGPIPE. */
    void onClose(Runnable action) {
        boolean already;
        lock.lock();
        try {
            onClose = action;
            already = closed;
        } finally {
            lock.unlock();
        }
        if (already) {
            action.run();
        }
    }

    @Override
    public boolean accept(ByteBuffer bytes, Runnable whenThereIsRoom) {
        lock.lock();
        try {
            if (closed) {
                return true;
            }
            byte[] chunk = new byte[bytes.remaining()];
            bytes.get(chunk);
            chunks.add(ByteBuffer.wrap(chunk));
            waiting += chunk.length;
            changed.signal();
            if (waiting < HIGH_WATER) {
                return true;
            }
            resume = Optional.of(whenThereIsRoom);
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<Void> end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        // Who reads may take all the time in the world: the command has ended without that.
        return Sink.super.end();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        Optional<Runnable> roomAgain = Optional.empty();
        int taken = 0;
        lock.lock();
        try {
            awaitBytes();
            while (taken < length && !chunks.isEmpty()) {
                ByteBuffer chunk = chunks.getFirst();
                int n = Math.min(length - taken, chunk.remaining());
                chunk.get(into, offset + taken, n);
                taken += n;
                if (!chunk.hasRemaining()) {
                    chunks.removeFirst();
                }
            }
            waiting -= taken;
            if (waiting < HIGH_WATER / 2) {
                roomAgain = resume;
                resume = Optional.empty();
            }
        } finally {
            lock.unlock();
        }
        roomAgain.ifPresent(Runnable::run);
        return taken == 0 ? -1 : taken;
    }

    private void awaitBytes() throws IOException {
        while (chunks.isEmpty() && !ended && !closed) {
            try {
                changed.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for output");
            }
        }
        if (closed) {
            throw new IOException("the stream is closed");
        }
    }

    @Override
    public int available() throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("the stream is closed");
            }
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        Runnable action;
        Optional<Runnable> roomAgain;
        lock.lock();
        try {
            closed = true;
            chunks.clear();
            waiting = 0;
            roomAgain = resume;
            resume = Optional.empty();
            changed.signalAll();
            action = onClose;
        } finally {
            lock.unlock();
        }
        roomAgain.ifPresent(Runnable::run);
        action.run();
    }
}
