package io.bailey.sandbox.linux.image.erofs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** An image while it is written, from its start on; and the hash of it. */
final class ImageOutput {
    /** More than the largest piece: the extended attributes of a file. */
    private static final int BUFFER = 1 << 19;

    private final FileChannel channel;
    private final MessageDigest sha256 = sha256();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private long flushed;

    /** Goes on at {@code start}. */
    ImageOutput(FileChannel channel, long start) {
        this.channel = channel;
        this.flushed = start;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    long position() {
        return flushed + buffer.position();
    }

    /** A little-endian buffer with room for {@code bytes}, to write at its position. */
    ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    /** Zeros up to {@code position}. */
    void zeroTo(long position) {
        while (position() < position) {
            int more = (int) Math.min(position - position(), BUFFER);
            ByteBuffer room = room(more);
            zeroTo(room.position() + more, room);
        }
    }

    static void zeroTo(int position, ByteBuffer buffer) {
        while (buffer.position() < position) {
            buffer.put((byte) 0);
        }
    }

    void flush() {
        buffer.flip();
        sha256.update(buffer.duplicate());
        write(channel, flushed, buffer);
        flushed += buffer.limit();
        buffer.clear();
    }

    static void write(FileChannel channel, long position, ByteBuffer bytes) {
        try {
            long at = position;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Flushes, and says what was written. */
    byte[] digest(byte[] before) {
        flush();
        sha256.update(before);
        return sha256.digest();
    }
}
