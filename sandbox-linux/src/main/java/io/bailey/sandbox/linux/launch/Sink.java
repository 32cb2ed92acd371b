package io.bailey.sandbox.linux.launch;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Where one output stream of a command goes, bytes at a time. Called on the reactor's thread; must
 * not block.
 */
interface Sink {

    /**
     * Takes all of {@code bytes}. Returns whether more may come at once; if not, {@code resume} is
     * run when it may.
     */
    boolean accept(ByteBuffer bytes, Runnable resume);

    /** No more will come; the future completes when everything has reached its destination. */
    default CompletableFuture<Void> end() {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Nobody waits for that any longer: drops what is left, and completes {@link #end}'s future.
     */
    default void cancel() {
        // What is not handed on has nothing to drop.
    }

    /** What was kept of it. */
    default byte[] captured() {
        return new byte[0];
    }

    /** Was some of it thrown away? */
    default boolean truncated() {
        return false;
    }
}
