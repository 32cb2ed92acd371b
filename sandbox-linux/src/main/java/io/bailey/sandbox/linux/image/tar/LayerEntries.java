package io.bailey.sandbox.linux.image.tar;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/** The entries of a layer, one after another. */
public interface LayerEntries {

    /**
     * The next entry, whose content may then be taken; what is left of the last one's is skipped.
     * Null at the end.
     *
     * @throws io.bailey.sandbox.image.ImageException of kind MALFORMED_LAYER or LIMIT_EXCEEDED,
     *     naming the entry
     */
    @Nullable TarEntry next();

    /** Gives the stored bytes of the current entry's extents, in order and in pieces. */
    void content(Content to);

    /** Takes content. */
    @FunctionalInterface
    interface Content {
        /**
         * @param position where in the file the piece belongs
         * @param piece to be read from its position to its limit, at once
         */
        void accept(long position, ByteBuffer piece);
    }
}
