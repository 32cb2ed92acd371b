package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.OutputStreamKind;

import java.nio.ByteBuffer;
import java.time.Instant;

/** A log that keeps nothing, and says so. */
final class NoLog implements LogStore {

    @Override
    public void add(OutputStreamKind stream, Instant time, ByteBuffer bytes) {}

    @Override
    public void endLife(Instant time) {}

    @Override
    public LogCursor cursor() {
        return new LogCursor() {
            @Override
            public ByteBuffer next() {
                return ByteBuffer.allocate(0);
            }

            @Override
            public long size() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public boolean truncated() {
        return false;
    }

    @Override
    public void close() {}
}
