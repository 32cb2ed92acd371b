package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Descriptor;

import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** Where blobs come from that are not in the store yet. */
@FunctionalInterface
interface BlobSource {

    /**
     * Writes a blob into an empty file, verified by size and digest.
     *
     * @param reached is told how many bytes are there
     */
    void fetch(Descriptor blob, FileChannel into, LongConsumer reached);
}
