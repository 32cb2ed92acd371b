package io.bailey.sandbox.linux.image.tar;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What makes the archive out of a blob. */
interface Decoder extends AutoCloseable {

    /**
     * Puts the next bytes at the buffer's position, as many as there is room for; less only at the
     * end, at which all of the blob is taken.
     */
    void fill(ByteBuffer into) throws IOException;

    @Override
    void close();

    /** Nothing to be done. */
    static Decoder plain(BlobInput blob) {
        return new Decoder() {
            @Override
            public void fill(ByteBuffer into) throws IOException {
                while (into.hasRemaining() && blob.has()) {
                    ByteBuffer bytes = blob.bytes();
                    int length = Math.min(into.remaining(), bytes.remaining());
                    into.put(bytes.slice(bytes.position(), length));
                    bytes.position(bytes.position() + length);
                }
            }

            @Override
            public void close() {}
        };
    }
}
