package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Digest.Algorithm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/** The bytes of a blob, hashed and counted as they come. For one thread. */
final class BlobInput {
    private static final int BUFFER = 256 << 10;

    private final ReadableByteChannel channel;
    private final Algorithm algorithm;
    private final MessageDigest hash;
    private final long expected;
    private final LongConsumer progress;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).limit(0);
    private long size;

    /**
     * @param expected how many bytes it should have: not more than one more is read
     */
    BlobInput(
            ReadableByteChannel channel,
            Algorithm algorithm,
            long expected,
            LongConsumer progress) {
        this.channel = channel;
        this.algorithm = algorithm;
        this.hash = algorithm.start();
        this.expected = expected;
        this.progress = progress;
    }

    /** What was read and not yet taken; whoever takes it moves the position. */
    ByteBuffer bytes() {
        return buffer;
    }

    /** Is there a byte more? It is in {@link #bytes()} then. */
    boolean has() throws IOException {
        return buffer.hasRemaining() || fill();
    }

    /** Has at least {@code count} bytes in {@link #bytes()}, if the blob has. */
    void atLeast(int count) throws IOException {
        while (buffer.remaining() < count && fill()) {
            // fill has done it
        }
    }

    /** The next byte; -1 at the end. */
    int next() throws IOException {
        return has() ? buffer.get() & 0xff : -1;
    }

    /** The next byte, which must be there. */
    int require() throws IOException {
        int next = next();
        if (next < 0) {
            throw new Damage(Damage.CUT);
        }
        return next;
    }

    private boolean fill() throws IOException {
        buffer.compact();
        int start = buffer.position();
        buffer.limit((int) Math.min(buffer.limit(), start + Math.max(0, expected + 1 - size)));
        int got = buffer.hasRemaining() ? read() : -1;
        buffer.flip();
        if (got <= 0) {
            return false;
        }
        hash.update(buffer.slice(start, got));
        size += got;
        progress.accept(size);
        return true;
    }

    private int read() throws IOException {
        int got = channel.read(buffer);
        while (got == 0) {
            Thread.onSpinWait();
            got = channel.read(buffer);
        }
        return got;
    }

    /** How many bytes were taken. */
    long taken() {
        return size - buffer.remaining();
    }

    /** Reads what is left, for the sake of the hash. */
    void drain() throws IOException {
        do {
            buffer.position(buffer.limit());
        } while (fill());
    }

    /** What was read; the hash is at its end then. */
    Read result() {
        return new Read(size, Digest.of(algorithm, hash));
    }

    /** How many bytes were read, and their hash. */
    record Read(long size, Digest digest) {}
}
