package io.bailey.sandbox.linux.image.registry;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;

/**
 * What a server answered; its body is still to be read.
 *
 * @param uri where the answer came from in the end
 */
record Answer(URI uri, int status, HttpHeaders headers, TimedBody body) implements AutoCloseable {
    /** Of a body that nobody wants: reading it keeps the connection. */
    private static final int DRAINED = 64 << 10;

    /** A header's first value, or "". */
    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** What the length header says; −1 if it says nothing. */
    long length() {
        try {
            return headers.firstValueAsLong("Content-Length").orElse(-1);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** The whole body; null if it has more bytes than {@code limit}. */
    byte @Nullable [] bytes(long limit) throws IOException, InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer piece = body.next(); piece != null; piece = body.next()) {
            if (all.size() + (long) piece.remaining() > limit) {
                body.close();
                return null;
            }
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            all.write(bytes, 0, bytes.length);
        }
        return all.toByteArray();
    }

    /** Reads what is left if it is little. */
    void discard() throws InterruptedException {
        try {
            bytes(DRAINED);
        } catch (IOException ended) {
            // Nobody wanted it.
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        body.close();
    }
}
