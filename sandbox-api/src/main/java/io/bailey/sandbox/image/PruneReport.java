package io.bailey.sandbox.image;

import io.bailey.sandbox.MemorySize;

/**
 * What {@link Images#prune()} removed.
 *
 * @param blobs documents and compressed layers
 * @param layers unpacked layers
 * @param freed the bytes they took
 * @since 0.1
 */
public record PruneReport(int blobs, int layers, MemorySize freed) {}
