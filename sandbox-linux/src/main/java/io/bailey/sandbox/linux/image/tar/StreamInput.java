package io.bailey.sandbox.linux.image.tar;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/** An archive that comes by, whose every byte is taken: whoever gives it hashes it. */
final class StreamInput implements TarInput {
    private final ByteSource source;
    private ByteBuffer current = ByteBuffer.allocate(0);
    private long position;
    private boolean ended;

    StreamInput(ByteSource source) {
        this.source = source;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public @Nullable ByteBuffer piece(long most) {
        int length = advance(most);
        return length == 0 ? null : current.slice(current.position() - length, length);
    }

    @Override
    public long skip(long bytes) {
        long left = bytes;
        while (left > 0) {
            int length = advance(left);
            if (length == 0) {
                break;
            }
            left -= length;
        }
        return bytes - left;
    }

    @Override
    public int read(byte[] into, int length) {
        int done = 0;
        while (done < length) {
            int got = advance(length - done);
            if (got == 0) {
                break;
            }
            current.get(current.position() - got, into, done, got);
            done += got;
        }
        return done;
    }

    /** Steps over what is left of a piece, up to {@code most}; 0 at the end. */
    private int advance(long most) {
        while (!current.hasRemaining()) {
            ByteBuffer next = ended ? null : source.next();
            if (next == null) {
                ended = true;
                return 0;
            }
            current = next;
        }
        int length = (int) Math.min(most, current.remaining());
        current.position(current.position() + length);
        position += length;
        return length;
    }
}
