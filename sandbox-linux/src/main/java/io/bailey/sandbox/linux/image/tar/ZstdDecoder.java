package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;

/**
 * Zstandard, by a library that need not be there: few layers are of this kind, and the JDK has no
 * decoder. It is the one in Java; its other one unpacks a native library into /tmp.
 */
final class ZstdDecoder implements Decoder {
    private static final String LIBRARY = "io.airlift.compress.v3.zstd.ZstdInputStream";
    private static final int BUFFER = 128 << 10;

    private final InputStream stream;
    private final byte[] buffer = new byte[BUFFER];

    ZstdDecoder(BlobInput blob) {
        this.stream = open(new ZstdFrames(blob));
    }

    private static InputStream open(InputStream frames) {
        try {
            // By reflection, so that nothing asks for it until it is needed.
            Constructor<?> constructor = Class.forName(LIBRARY).getConstructor(InputStream.class);
            return (InputStream) constructor.newInstance(frames);
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable cause =
                    e instanceof InvocationTargetException && e.getCause() != null
                            ? e.getCause()
                            : e;
            throw new ImageException(
                    Kind.UNSUPPORTED_MEDIA_TYPE,
                    "read layer",
                    "",
                    "it is compressed with zstd, which the JDK has not",
                    "add io.airlift:aircompressor-v3",
                    cause);
        }
    }

    @Override
    public void fill(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            int got = read(Math.min(BUFFER, into.remaining()));
            if (got < 0) {
                return;
            }
            into.put(buffer, 0, got);
        }
    }

    private int read(int most) throws IOException {
        try {
            return stream.read(buffer, 0, most);
        } catch (ImageException e) {
            throw e;
        } catch (RuntimeException e) {
            // Damaged data shows in many of them: MalformedInputException, out of bounds and
            // others.
            throw new Damage("its zstd data is damaged: " + e.getMessage(), e);
        }
    }

    /** It holds nothing but memory; the blob is its owner's. */
    @Override
    public void close() {}
}
