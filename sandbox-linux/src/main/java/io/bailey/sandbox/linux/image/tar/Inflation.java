package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The thread that makes the archive out of the blob. */
final class Inflation implements Runnable {
    /** What a small layer may be whatever the ratio. */
    private static final long FIRST = 1L << 20;

    private final BlobInput blob;
    private final @Nullable Descriptor descriptor;
    private final ImageLimits limits;
    private final boolean strict;
    private final Ring ring;
    private long made;
    private BlobInput.@Nullable Read result;

    /**
     * @param descriptor what the blob should be; null if that is not known
     * @param strict does the descriptor's media type have to be true?
     */
    Inflation(
            BlobInput blob,
            @Nullable Descriptor descriptor,
            ImageLimits limits,
            boolean strict,
            Ring ring) {
        this.blob = blob;
        this.descriptor = descriptor;
        this.limits = limits;
        this.strict = strict;
        this.ring = ring;
    }

    @Override
    public void run() {
        try {
            inflate();
            ring.end(null);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            ring.end(closed);
        } catch (IOException e) {
            ring.end(explain(e));
        } catch (RuntimeException | Error e) {
            ring.end(e);
        }
    }

    private void inflate() throws IOException, InterruptedException {
        try (Decoder decoder = decoder()) {
            boolean more = true;
            while (more) {
                ByteBuffer buffer = ring.empty();
                decoder.fill(buffer);
                more = !buffer.hasRemaining();
                made += buffer.position();
                requireLimits();
                if (buffer.flip().hasRemaining()) {
                    ring.full(buffer);
                }
            }
        }
        result = blob.result();
    }

    private Decoder decoder() throws IOException {
        blob.atLeast(Compression.MAGIC);
        Compression compression = Compression.of(blob.bytes());
        if (strict && descriptor != null) {
            compression.require(descriptor.mediaType());
        }
        return switch (compression) {
            case NONE -> Decoder.plain(blob);
            case GZIP -> new GzipDecoder(blob, limits.header().bytes());
            case ZSTD -> new ZstdDecoder(blob);
        };
    }

    private void requireLimits() {
        long most = limits.layerSize().bytes();
        if (made > most) {
            throw limit("its archive is larger than " + most + " bytes", "layerSize");
        }
        if ((made - FIRST) / limits.ratio() > blob.taken()) {
            throw limit(
                    "its archive is more than " + limits.ratio() + " times larger than itself",
                    "ratio");
        }
    }

    private static ImageException limit(String reason, String limit) {
        return new ImageException(
                Kind.LIMIT_EXCEEDED,
                "read layer",
                "",
                reason,
                "raise ImageLimits." + limit + " if this is wanted");
    }

    /**
     * Damaged data has another cause if the blob is not what its descriptor says: then that is what
     * is to be told.
     */
    private Throwable explain(IOException e) {
        if (!(e instanceof Damage)) {
            return failure(Kind.STORE, "its blob cannot be read: " + e.getMessage(), e);
        }
        ImageException damaged = failure(Kind.MALFORMED_LAYER, String.valueOf(e.getMessage()), e);
        try {
            blob.drain();
        } catch (IOException | RuntimeException unreadable) {
            damaged.addSuppressed(unreadable);
            return damaged;
        }
        ImageException other = Verification.blob(descriptor, blob.result());
        if (other == null) {
            return damaged;
        }
        other.addSuppressed(damaged);
        return other;
    }

    private static ImageException failure(Kind kind, String reason, IOException cause) {
        return new ImageException(kind, "read layer", "", reason, "", cause);
    }

    /** What was read of the blob, once the ring has come to its end. */
    BlobInput.@Nullable Read result() {
        return result;
    }
}
