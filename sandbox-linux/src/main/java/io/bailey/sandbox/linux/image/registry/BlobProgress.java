package io.bailey.sandbox.linux.image.registry;

/** Is told how far a download has got. Called by several threads, one at a time. */
@FunctionalInterface
public interface BlobProgress {

    /**
     * @param bytes how many are there by now; fewer than before if it had to begin anew
     */
    void reached(long bytes);
}
