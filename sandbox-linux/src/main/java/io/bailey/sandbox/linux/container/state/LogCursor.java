package io.bailey.sandbox.linux.container.state;

import java.nio.ByteBuffer;

/** Reads a log record by record, once; what is forgotten before it comes there it leaves out. */
public interface LogCursor extends AutoCloseable {

    /** The whole records that have come since; empty if none has. */
    ByteBuffer next();

    /**
     * How many bytes of records there are for one that has read nothing yet. Whoever wants what is
     * there now, and not what is written while it reads, reads no more than that.
     */
    long size();

    /** Frees what it has open. */
    @Override
    void close();
}
