package io.bailey.sandbox.linux.launch;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes to a stream. The caller's own stream is flushed and left open; a file we opened is closed.
 */
final class StreamTarget implements ThreadSink.Target {
    private final OutputStream stream;
    private final Runnable release;

    /**
     * @param release lets go of it
     */
    StreamTarget(OutputStream stream, Runnable release) {
        this.stream = stream;
        this.release = release;
    }

    @Override
    public void write(byte[] chunk) throws IOException {
        stream.write(chunk);
    }

    @Override
    public void close() throws IOException {
        stream.flush();
    }

    @Override
    public void release() {
        release.run();
    }
}
