package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.OutputStreamKind;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Optional;

/**
 * A chunk of output as it lies in a log: a {@code struct timespec} of CLOCK_REALTIME (two 64-bit
 * numbers), the number of the stream (1 or 2), the length, then the bytes; all numbers
 * little-endian. It is what a program of system calls can write without looking into it. Stream 0
 * without bytes is the end of a life: a line does not go on beyond it.
 */
public final class LogRecord {
    /** What stands before the bytes. */
    public static final int HEADER = 32;

    /** More is cut into several. */
    static final int MAX_BYTES = 1 << 20;

    private static final int STREAM = 16;
    private static final int LENGTH = 24;
    private static final long NANOS = 1_000_000_000L;

    private LogRecord() {}

    /** Appends {@code bytes}, which are used up, to {@code into}. */
    static void put(ByteBuffer into, Instant time, long stream, ByteBuffer bytes) {
        into.order(ByteOrder.LITTLE_ENDIAN)
                .putLong(time.getEpochSecond())
                .putLong(time.getNano())
                .putLong(stream)
                .putLong(bytes.remaining())
                .put(bytes);
    }

    static long number(OutputStreamKind stream) {
        return stream == OutputStreamKind.STDOUT ? 1 : 2;
    }

    static Optional<OutputStreamKind> stream(ByteBuffer record) {
        return switch ((int) record.getLong(record.position() + STREAM)) {
            case 1 -> Optional.of(OutputStreamKind.STDOUT);
            case 2 -> Optional.of(OutputStreamKind.STDERR);
            default -> Optional.empty();
        };
    }

    static Instant time(ByteBuffer record) {
        return Instant.ofEpochSecond(
                record.getLong(record.position()), record.getLong(record.position() + 8));
    }

    /**
     * The whole length of the record at the position; 0 if it is not whole; −1 if there is none:
     * whoever wrote it died, or it is damaged.
     */
    static int length(ByteBuffer buffer) {
        int at = buffer.position();
        if (buffer.remaining() < HEADER) {
            return 0;
        }
        long nanos = buffer.getLong(at + 8);
        long stream = buffer.getLong(at + STREAM);
        long length = buffer.getLong(at + LENGTH);
        if (nanos < 0
                || nanos >= NANOS
                || Math.abs(buffer.getLong(at)) > Integer.MAX_VALUE * 100L
                || stream < 0
                || stream > 2
                || length < 0
                || length > MAX_BYTES) {
            return -1;
        }
        return HEADER + length <= buffer.remaining() ? (int) (HEADER + length) : 0;
    }
}
