package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;

/** Blobs of other stores. */
final class SmallBlobs {
    private static final int CHUNK = 1 << 18;

    private SmallBlobs() {}

    /** Copies a file that should be {@code blob}; false if it is not, and {@code into} is empty. */
    static boolean copy(Path file, Descriptor blob, FileChannel into) {
        MessageDigest hash = blob.digest().algorithm().start();
        try (FileChannel from = FileChannel.open(file)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
            while (from.read(chunk) > 0) {
                hash.update(chunk.flip().duplicate());
                while (chunk.hasRemaining()) {
                    into.write(chunk);
                }
                chunk.clear();
            }
            if (into.size() == blob.size()
                    && Digest.of(blob.digest().algorithm(), hash).equals(blob.digest())) {
                return true;
            }
            into.truncate(0);
            into.position(0);
            return false;
        } catch (IOException failure) {
            throw Disks.failure("copy blob", blob.digest().toString(), failure);
        }
    }
}
