package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.OutputStreamKind;

import java.nio.ByteBuffer;

/** Sees what a command writes as it passes through this JVM, on its way to where it goes. */
@FunctionalInterface
public interface OutputTap {
    /** Sees nothing. */
    OutputTap NONE = (stream, bytes) -> {};

    /**
     * Looks at a chunk, in the thread that reads the pipe: must not block, and not keep the buffer.
     * Its position may be changed.
     */
    void wrote(OutputStreamKind stream, ByteBuffer bytes);
}
