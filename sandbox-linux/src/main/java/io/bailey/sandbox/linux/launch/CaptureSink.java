package io.bailey.sandbox.linux.launch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Keeps the first {@code max} bytes and throws the rest away. */
final class CaptureSink implements Sink {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
    private final long max;
    private boolean truncated;

    CaptureSink(long max) {
        this.max = max;
    }

    @Override
    public boolean accept(ByteBuffer bytes, Runnable resume) {
        int take = (int) Math.min(bytes.remaining(), max - kept.size());
        truncated |= take < bytes.remaining();
        byte[] chunk = new byte[take];
        bytes.get(chunk);
        kept.writeBytes(chunk);
        return true;
    }

    @Override
    public CompletableFuture<Void> end() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public byte[] captured() {
        return kept.toByteArray();
    }

    @Override
    public boolean truncated() {
        return truncated;
    }
}
