package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The file that a blob is written to, and the hash of its beginning. What comes in order is hashed
 * as it comes; what came early is read again when its turn has come.
 */
final class BlobFile {
    private static final int BUFFER = 256 << 10;
    private static final int TOLD = 256 << 10;

    private final FileChannel channel;
    private final Descriptor blob;
    private final BlobProgress progress;
    private final ReentrantLock hashing = new ReentrantLock();
    private final MessageDigest hash;
    private long hashed;
    private long received;
    private long told;
    private long highest;

    BlobFile(FileChannel channel, Descriptor blob, BlobProgress progress) {
        this.channel = channel;
        this.blob = blob;
        this.progress = progress;
        this.hash = blob.digest().algorithm().start();
    }

    /** Writes a piece; it is consumed. */
    void write(long at, ByteBuffer piece) {
        int length = piece.remaining();
        ByteBuffer again = piece.duplicate();
        try {
            for (long to = at; piece.hasRemaining(); ) {
                to += channel.write(piece, to);
            }
        } catch (IOException e) {
            throw failed(e);
        }
        if (hashing.tryLock()) {
            try {
                if (hashed == at) {
                    hash.update(again);
                    hashed += length;
                }
            } finally {
                hashing.unlock();
            }
        }
        received(length);
    }

    private synchronized void received(int bytes) {
        received += bytes;
        highest = Math.max(highest, received);
        if (received - told >= TOLD || received == blob.size()) {
            told = received;
            progress.reached(received);
        }
    }

    /** The most that has ever been there. */
    synchronized long highest() {
        return highest;
    }

    /** Forgets all that is there. */
    void restart() {
        hashing.lock();
        try {
            hash.reset();
            hashed = 0;
            channel.truncate(0);
        } catch (IOException e) {
            throw failed(e);
        } finally {
            hashing.unlock();
        }
        synchronized (this) {
            received = 0;
            told = 0;
        }
    }

    /** Hashes what is there up to {@code end}, unless another thread does. */
    void hashUpTo(long end) {
        if (hashing.tryLock()) {
            try {
                catchUp(end);
            } finally {
                hashing.unlock();
            }
        }
    }

    /** Hashes the rest and compares. */
    void verify(String from) {
        hashing.lock();
        try {
            catchUp(blob.size());
            Digest found = Digest.of(blob.digest().algorithm(), hash);
            hashed = 0;
            if (!found.equals(blob.digest())) {
                throw mismatch(from, "its digest is " + found);
            }
        } finally {
            hashing.unlock();
        }
    }

    ImageException mismatch(String from, String reason) {
        return new ImageException(
                Kind.DIGEST_MISMATCH,
                "fetch blob",
                blob.digest().toString(),
                reason + " (from " + from + ")",
                "");
    }

    private void catchUp(long end) {
        if (hashed >= end) {
            return;
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, end - hashed));
        try {
            while (hashed < end) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - hashed));
                int read = channel.read(buffer, hashed);
                if (read < 0) {
                    throw new IOException("the file was cut short by another");
                }
                hash.update(buffer.flip());
                hashed += read;
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private ImageException failed(IOException e) {
        // An interrupt of one of those who write closes it for all.
        boolean interrupted = e instanceof ClosedChannelException;
        boolean full = String.valueOf(e.getMessage()).contains("No space left");
        return new ImageException(
                interrupted ? Kind.INTERRUPTED : full ? Kind.NO_SPACE : Kind.STORE,
                "write blob",
                blob.digest().toString(),
                interrupted ? "interrupted" : Failures.words(e),
                full ? "make room, or prune" : "",
                e);
    }
}
