package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** A file of a layout, yet to be written. */
sealed interface LayoutFile {

    /** What it must turn out to be. */
    Descriptor descriptor();

    /** Gives all its bytes, and fails if they are others. */
    void give(TarWriter.Sink to);

    /** A document of our own. */
    static LayoutFile of(byte[] content) {
        return new Bytes(new Descriptor("", Digest.sha256(content), content.length), content);
    }

    /** A file in memory. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on once, compared by digest.
    record Bytes(Descriptor descriptor, byte[] content) implements LayoutFile {
        @Override
        public void give(TarWriter.Sink to) {
            MessageDigest hash = descriptor.digest().algorithm().start();
            hash.update(content);
            check(descriptor, content.length, hash);
            to.accept(ByteBuffer.wrap(content));
        }
    }

    /** A file on disk. */
    record Copy(Descriptor descriptor, Path file) implements LayoutFile {
        @Override
        public void give(TarWriter.Sink to) {
            MessageDigest hash = descriptor.digest().algorithm().start();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                    Member member = Member.whole(file.toString(), channel)) {
                checkSize(descriptor, member.size());
                member.read(piece -> {
                    hash.update(piece.duplicate());
                    to.accept(piece);
                });
            } catch (IOException e) {
                throw Trouble.io("read blob", file, e);
            }
            check(descriptor, descriptor.size(), hash);
        }
    }

    private static void check(Descriptor said, long size, MessageDigest hash) {
        checkSize(said, size);
        Digest actual = Digest.of(said.digest().algorithm(), hash);
        if (!actual.equals(said.digest())) {
            throw mismatch(said, "its bytes are " + actual);
        }
    }

    private static void checkSize(Descriptor said, long size) {
        if (size != said.size()) {
            throw mismatch(said, "it has " + size + " bytes, not " + said.size());
        }
    }

    private static ImageException mismatch(Descriptor said, String reason) {
        return Trouble.of(Kind.DIGEST_MISMATCH, "write layout", said.digest(), reason);
    }
}
