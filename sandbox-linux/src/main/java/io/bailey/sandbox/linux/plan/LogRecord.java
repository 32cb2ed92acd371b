package io.bailey.sandbox.linux.plan;

/**
 * Offsets in what stands before each piece of output in a log: when it came (struct timespec of
 * CLOCK_REALTIME), the number of its stream as the command knows it, its length. All are 64-bit
 * little-endian words.
 */
public final class LogRecord {
    public static final int SECONDS = 0;
    public static final int NANOS = 8;
    public static final int STREAM = 16;
    public static final int LENGTH = 24;
    public static final int HEADER_BYTES = 32;

    private LogRecord() {}
}
