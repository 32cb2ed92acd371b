package io.bailey.sandbox.linux.image.erofs;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of the archives of an image's layers. */
@FunctionalInterface
public interface LayerBytes {

    /**
     * Fills {@code into} from its position to its limit.
     *
     * @param layer which layer, 0 for the lowest
     * @param offset where in its uncompressed archive
     * @throws IOException if it cannot be read, or ends before
     */
    void read(int layer, long offset, ByteBuffer into) throws IOException;
}
