package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Digest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;

/** A file being written, and the digest of what was. */
final class HashedFile implements TarWriter.Sink {
    /** A tar comes in blocks; the file gets it in pieces worth a system call. */
    private static final int PIECE = 256 << 10;

    private final FileChannel file;
    private final Object subject;
    private final MessageDigest hash = Digest.Algorithm.SHA256.start();
    private final ByteBuffer pending = ByteBuffer.allocateDirect(PIECE);
    private long size;

    HashedFile(FileChannel file, Object subject) {
        this.file = file;
        this.subject = subject;
    }

    @Override
    public void accept(ByteBuffer piece) {
        size += piece.remaining();
        if (piece.remaining() > pending.remaining()) {
            flush();
        }
        if (piece.remaining() > PIECE) {
            write(piece);
        } else {
            pending.put(piece);
        }
    }

    private void flush() {
        write(pending.flip());
        pending.clear();
    }

    private void write(ByteBuffer bytes) {
        hash.update(bytes.duplicate());
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw Trouble.io("write", subject, e);
        }
    }

    /** Ends it: the digest of all that came. The file stays open. */
    Digest finish() {
        flush();
        return Digest.of(Digest.Algorithm.SHA256, hash);
    }

    long size() {
        return size;
    }
}
