package io.bailey.sandbox.linux.launch;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a command reads, for whoever writes it to the {@link Process}. Nothing is kept here: a write
 * returns when the kernel has taken all of it.
 */
final class InputPipe extends OutputStream {
    private final byte[] last;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Optional<InputPump> pump = Optional.empty();
    private boolean closed;

    /**
     * @param last what is written before the end: a terminal has no other
     */
    InputPipe(byte[] last) {
        this.last = last.clone();
    }

    /** Where it leads: known at once, or when the command's terminal is there. */
    void connect(InputPump to) {
        lock.lock();
        try {
            pump = Optional.of(to);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** It leads nowhere any more. */
    void disconnect() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        writing.lock();
        try {
            if (!pump().put(Arrays.copyOfRange(bytes, offset, offset + length))) {
                throw new IOException("broken pipe: the command does not read any more");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the command to read");
        } finally {
            writing.unlock();
        }
    }

    private InputPump pump() throws IOException, InterruptedException {
        lock.lock();
        try {
            while (pump.isEmpty() && !closed) {
                changed.await();
            }
            if (closed) {
                throw new IOException("the stream is closed");
            }
            return pump.orElseThrow();
        } finally {
            lock.unlock();
        }
    }

    /** The command finds the end of file. Does not wait. */
    @Override
    public void close() {
        Optional<InputPump> to;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            to = pump;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        to.ifPresent(open -> {
            open.offer(last);
            open.close();
        });
    }
}
