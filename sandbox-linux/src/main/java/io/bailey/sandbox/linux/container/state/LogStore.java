package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.OutputStreamKind;

import java.nio.ByteBuffer;
import java.time.Instant;

/** Where the records of one log are kept, the newest up to a size. Thread-safe. */
public interface LogStore extends AutoCloseable {

    /** Nothing is kept. */
    LogStore NONE = new NoLog();

    /** Adds output; never waits for a disk. */
    void add(OutputStreamKind stream, Instant time, ByteBuffer bytes);

    /** Notes that a life is over. */
    void endLife(Instant time);

    /** Whoever reads from the oldest record on. */
    LogCursor cursor();

    /** Has something been forgotten? */
    boolean truncated();

    /** Lets go of what is held; what was kept can be read as long as it is there. */
    @Override
    void close();
}
