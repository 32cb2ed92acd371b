package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;

import java.util.List;

/**
 * The right to make what has these digests, alone among all threads and processes. Who gets it
 * looks first whether it has been made meanwhile. The kernel lets go of it when the process is
 * killed.
 */
public final class Lock implements AutoCloseable {
    private final List<Digest> digests;
    private final List<Runnable> releases;
    private boolean held = true;

    /**
     * @param releases one for each, in the order they were taken
     */
    Lock(List<Digest> digests, List<Runnable> releases) {
        this.digests = List.copyOf(digests);
        this.releases = List.copyOf(releases);
    }

    /** What it is for. */
    public List<Digest> digests() {
        return digests;
    }

    /** Lets go of it; once. By any thread. */
    @Override
    public synchronized void close() {
        if (held) {
            held = false;
            releases.reversed().forEach(Runnable::run);
        }
    }
}
