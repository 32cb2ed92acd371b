package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Digest;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** Passes bytes on, and hashes them. */
final class HashedStream implements TarWriter.Sink {
    private final TarWriter.Sink to;
    private final MessageDigest hash = Digest.Algorithm.SHA256.start();
    private long size;

    HashedStream(TarWriter.Sink to) {
        this.to = to;
    }

    @Override
    public void accept(ByteBuffer piece) {
        size += piece.remaining();
        hash.update(piece.duplicate());
        to.accept(piece);
    }

    Digest digest() {
        return Digest.of(Digest.Algorithm.SHA256, hash);
    }

    long size() {
        return size;
    }
}
