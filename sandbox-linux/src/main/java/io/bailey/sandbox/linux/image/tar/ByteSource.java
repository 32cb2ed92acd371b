package io.bailey.sandbox.linux.image.tar;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/** Bytes that come in pieces. */
@FunctionalInterface
public interface ByteSource {

    /**
     * The next piece, never empty; null at the end. It may be read, from its position to its limit,
     * until the next call.
     */
    @Nullable ByteBuffer next();
}
