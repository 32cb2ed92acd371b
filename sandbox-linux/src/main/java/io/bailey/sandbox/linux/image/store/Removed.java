package io.bailey.sandbox.linux.image.store;

/**
 * What {@link Store#prune} removed.
 *
 * @param blobs documents and compressed layers
 * @param layers unpacked layers
 * @param chains stacks of layers
 * @param leftovers what the dead had left: half-made things, leases and locks
 * @param bytes the space all that took
 */
public record Removed(int blobs, int layers, int chains, int leftovers, long bytes) {}
