package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.ImageException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** An archive on disk: what is stepped over is not read. */
final class FileInput implements TarInput {
    /** Enough for the header and the body of most files, little enough to throw away. */
    private static final int WINDOW = 16 << 10;

    /** What content is read by once it does not fit the window. */
    private static final int LARGE = 256 << 10;

    private final FileChannel file;
    private final long size;
    private ByteBuffer window = ByteBuffer.allocateDirect(WINDOW).limit(0);
    private @Nullable ByteBuffer large;
    private long position;

    FileInput(FileChannel file) {
        this.file = file;
        try {
            this.size = file.size();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public @Nullable ByteBuffer piece(long most) {
        if (!window.hasRemaining()) {
            window = fill(most > WINDOW ? large() : window.clear());
        }
        int length = (int) Math.min(most, window.remaining());
        if (length == 0) {
            return null;
        }
        ByteBuffer piece = window.slice(window.position(), length);
        window.position(window.position() + length);
        position += length;
        return piece;
    }

    @Override
    public long skip(long bytes) {
        long length = Math.min(bytes, size - position);
        position += length;
        if (length <= window.remaining()) {
            window.position(window.position() + (int) length);
        } else {
            window.position(window.limit());
        }
        return length;
    }

    private ByteBuffer large() {
        if (large == null) {
            large = ByteBuffer.allocateDirect(LARGE);
        }
        return large.clear();
    }

    private ByteBuffer fill(ByteBuffer buffer) {
        try {
            while (buffer.hasRemaining()) {
                // By position: a channel may have several readers.
                int got = file.read(buffer, position + buffer.position());
                if (got < 0) {
                    break;
                }
            }
            return buffer.flip();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static ImageException unreadable(IOException e) {
        return new ImageException(
                ImageException.Kind.STORE,
                "read archive",
                "",
                String.valueOf(e.getMessage()),
                "",
                e);
    }
}
