package io.bailey.sandbox.linux.image.tar;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/** The bytes of an archive, in order. */
interface TarInput {

    /** Where in the archive the next byte lies. */
    long position();

    /**
     * The next bytes, at least one and at most {@code most}; null at the end. Valid until the next
     * call.
     */
    @Nullable ByteBuffer piece(long most);

    /** Steps over bytes, and returns how many there were: fewer only at the end. */
    long skip(long bytes);

    /** Reads bytes, and returns how many there were: fewer only at the end. */
    default int read(byte[] into, int length) {
        int done = 0;
        while (done < length) {
            ByteBuffer piece = piece(length - done);
            if (piece == null) {
                break;
            }
            int got = piece.remaining();
            piece.get(into, done, got);
            done += got;
        }
        return done;
    }
}
