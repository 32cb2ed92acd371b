package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;

/** A file in an archive, open. */
final class Member implements AutoCloseable {
    private static final int PIECE = 256 << 10;

    private final String name;
    private final FileChannel file;
    private final long offset;
    private final long size;
    private final AutoCloseable owned;

    private Member(String name, FileChannel file, long offset, long size, AutoCloseable owned) {
        this.name = name;
        this.file = file;
        this.offset = offset;
        this.size = size;
        this.owned = owned;
    }

    /** A file of its own, closed with it. */
    static Member whole(String name, FileChannel file) throws IOException {
        return new Member(name, file, 0, file.size(), file);
    }

    /** A part of a file that others read, too. */
    static Member part(String name, FileChannel file, long offset, long size) {
        return new Member(name, file, offset, size, () -> {});
    }

    String name() {
        return name;
    }

    long size() {
        return size;
    }

    /** Takes bytes. */
    @FunctionalInterface
    interface Taker {
        void take(ByteBuffer piece) throws IOException;
    }

    /** Gives all of it. */
    void read(Taker taker) {
        ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(PIECE, Math.max(1, size)));
        try {
            long at = 0;
            while (at < size) {
                int length = (int) Math.min(piece.capacity(), size - at);
                fill(piece.clear().limit(length), at);
                taker.take(piece.flip());
                at += length;
            }
        } catch (IOException e) {
            throw Trouble.io("read archive", name, e);
        }
    }

    private void fill(ByteBuffer piece, long at) throws IOException {
        while (piece.hasRemaining()) {
            if (file.read(piece, offset + at + piece.position()) < 0) {
                throw Trouble.malformed(name, "it is cut off");
            }
        }
    }

    /** All its bytes, unless there are more than {@code most}. */
    byte[] bytes(long most) {
        if (size > most) {
            throw new ImageException(
                    Kind.LIMIT_EXCEEDED,
                    "read archive",
                    name,
                    "it has " + size + " bytes; the limit is " + most,
                    "raise ImageLimits.document if this is wanted");
        }
        byte[] bytes = new byte[(int) size];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        read(into::put);
        return bytes;
    }

    /** Its first bytes, fewer if it has no more. */
    byte[] beginning(int most) {
        byte[] bytes = new byte[(int) Math.min(most, size)];
        try {
            fill(ByteBuffer.wrap(bytes), 0);
        } catch (IOException e) {
            throw Trouble.io("read archive", name, e);
        }
        return bytes;
    }

    Digest digest(Digest.Algorithm algorithm) {
        MessageDigest hash = algorithm.start();
        read(hash::update);
        return Digest.of(algorithm, hash);
    }

    @Override
    public void close() {
        try {
            owned.close();
        } catch (Exception nothingLost) {
            // It was only read.
            return;
        }
    }
}
