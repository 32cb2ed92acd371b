package io.bailey.sandbox.linux.container.state;

import java.nio.ByteBuffer;

/** Reads a log record by record, once; what is forgotten before it comes there it leaves out. */
public interface LogCursor extends AutoCloseable {

    /** The whole records that have come since; empty if none has. */
    ByteBuffer next();

    /** Frees what it has open. */
    @Override
    void close();
}
