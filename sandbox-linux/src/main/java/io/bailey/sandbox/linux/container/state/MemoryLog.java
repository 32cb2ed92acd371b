package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.OutputStreamKind;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A log in memory: blocks of records, the oldest dropped when the newest needs room. Nothing is
 * allocated before the first byte, and a small log has small blocks.
 */
public final class MemoryLog implements LogStore {
    private static final int FIRST_BLOCK = 512;
    private static final int LARGEST_BLOCK = 64 << 10;
    private static final int BLOCKS = 8;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<ByteBuffer> blocks = new ArrayDeque<>(1);
    private final long most;
    private final int largest;
    private long held;

    /** How many bytes of records have been dropped: where the oldest block begins. */
    private long dropped;

    /**
     * @param most the bytes to keep at most, headers of records included
     */
    public MemoryLog(long most) {
        this.most = most;
        this.largest = (int) Math.min(LARGEST_BLOCK, most / BLOCKS);
    }

    @Override
    public void add(OutputStreamKind stream, Instant time, ByteBuffer bytes) {
        lock.lock();
        try {
            while (bytes.hasRemaining()) {
                int length = Math.min(bytes.remaining(), largest - LogRecord.HEADER);
                put(time, LogRecord.number(stream), bytes.slice(bytes.position(), length));
                bytes.position(bytes.position() + length);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void endLife(Instant time) {
        lock.lock();
        try {
            if (!blocks.isEmpty()) {
                put(time, 0, ByteBuffer.allocate(0));
            }
        } finally {
            lock.unlock();
        }
    }

    private void put(Instant time, long stream, ByteBuffer bytes) {
        int length = LogRecord.HEADER + bytes.remaining();
        LogRecord.put(block(length), time, stream, bytes);
    }

    /** One with room for {@code length} bytes. */
    private ByteBuffer block(int length) {
        ByteBuffer last = blocks.peekLast();
        if (last != null && last.remaining() >= length) {
            return last;
        }
        int wanted = last == null ? FIRST_BLOCK : last.capacity() * 2;
        int size = Math.min(largest, Math.max(wanted, length));
        while (held + size > most && !blocks.isEmpty()) {
            ByteBuffer oldest = blocks.removeFirst();
            held -= oldest.capacity();
            dropped += oldest.position();
        }
        ByteBuffer next = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        blocks.addLast(next);
        held += size;
        return next;
    }

    @Override
    public boolean truncated() {
        lock.lock();
        try {
            return dropped > 0;
        } finally {
            lock.unlock();
        }
    }

    /** What is allocated. */
    long held() {
        return held;
    }

    /** A place in all that was ever written, and what was found before it. */
    private record Piece(long end, ByteBuffer records) {}

    private long written() {
        lock.lock();
        try {
            return blocks.stream().mapToLong(ByteBuffer::position).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Copies what lies beyond {@code from}, a block at a time. */
    private Piece since(long from) {
        lock.lock();
        try {
            long at = dropped;
            for (ByteBuffer block : blocks) {
                int skip = Math.clamp(from - at, 0, block.position());
                at += block.position();
                if (skip < block.position()) {
                    ByteBuffer rest = block.duplicate().flip().position(skip);
                    return new Piece(at, ByteBuffer.allocate(rest.remaining()).put(rest).flip());
                }
            }
            return new Piece(from, ByteBuffer.allocate(0));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LogCursor cursor() {
        return new LogCursor() {
            private long at;

            @Override
            public ByteBuffer next() {
                Piece piece = since(at);
                at = piece.end();
                return piece.records();
            }

            @Override
            public long size() {
                return written();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {}
}
