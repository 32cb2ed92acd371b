package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads files of a store. */
final class Content {
    private static final int CHUNK = 128 * 1024;

    private Content() {}

    /** The bytes of a file, if there is one. */
    static Optional<byte[]> read(Root root, String path, long most) {
        return withFile(root, path, file -> bytes(root, file, path, most));
    }

    static byte[] bytes(Root root, Fd file, String path, long most) {
        if (root.stat(file.number()).size() > most) {
            throw tooLong(root, path, most);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] copy = new byte[CHUNK];
        each(
                root,
                file,
                path,
                chunk -> {
                    int length = chunk.remaining();
                    chunk.get(copy, 0, length);
                    bytes.write(copy, 0, length);
                    if (bytes.size() > most) {
                        throw tooLong(root, path, most);
                    }
                });
        return bytes.toByteArray();
    }

    /** The digest that the bytes of an open file come to. */
    static Digest hash(Root root, Fd file, String path, Digest.Algorithm algorithm) {
        MessageDigest hash = algorithm.start();
        each(root, file, path, hash::update);
        return Digest.of(algorithm, hash);
    }

    private static void each(Root root, Fd file, String path, Consumer<ByteBuffer> consumer) {
        // Most are small documents, and a prune reads them all: one byte more shows the end at
        // once.
        long size = root.stat(file.number()).size();
        ByteBuffer chunk = ByteBuffer.allocateDirect(Math.clamp(size + 1, 1, CHUNK));
        int n;
        do {
            if (Thread.currentThread().isInterrupted()) {
                throw StoreFailure.interrupted("read", root.path(path).toString());
            }
            n = root.linux().read(file.number(), chunk.clear());
            if (n > 0) {
                consumer.accept(chunk.flip());
            } else if (n != -Errno.EINTR) {
                root.check(n, "read", path);
            }
        } while (n != 0);
    }

    /** What reads an open file. */
    @FunctionalInterface
    interface Reader<T> {
        T read(Fd file);
    }

    /** Opens a regular file; nothing else counts as one. */
    static <T> Optional<T> withFile(Root root, String path, Reader<T> reader) {
        int fd = root.open(path, Linux.O_RDONLY | Linux.O_NONBLOCK, 0);
        if (fd == -Errno.ENOENT || fd == -Errno.ELOOP) {
            return Optional.empty();
        }
        try (Fd file = root.own(fd, path)) {
            Stat stat = root.stat(file.number());
            // Not to know is not the same as not to be there: an image that is passed over loses
            // all that it needs.
            root.check(stat.result(), "look at", path);
            return stat.isRegular() ? Optional.of(reader.read(file)) : Optional.empty();
        }
    }

    private static ImageException tooLong(Root root, String path, long most) {
        return new ImageException(
                ImageException.Kind.LIMIT_EXCEEDED,
                "read",
                root.path(path).toString(),
                "it has more than " + most + " bytes",
                "");
    }
}
