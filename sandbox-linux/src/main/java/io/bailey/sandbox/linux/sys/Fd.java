package io.bailey.sandbox.linux.sys;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file descriptor and its owner: whoever holds the Fd closes it, once. Always
 * close-on-exec.
 */
public final class Fd implements AutoCloseable {
    private final Linux linux;
    private final int number;
    private final AtomicBoolean open = new AtomicBoolean(true);

    Fd(Linux linux, int number) {
        this.linux = linux;
        this.number = number;
    }

    /** The descriptor's number. Using it after {@link #close()} is a bug, reported as one. */
    public int number() {
        if (!open.get()) {
            throw new IllegalStateException("fd " + number + " is closed");
        }
        return number;
    }

    /** Is it still open? */
    public boolean isOpen() {
        return open.get();
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            linux.close(number);
        }
    }

    @Override
    public String toString() {
        return "fd " + number + (open.get() ? "" : " (closed)");
    }
}
