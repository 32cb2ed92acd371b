package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Digest.Algorithm;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * The archive in a layer's blob, hashed on both sides. A thread of its own reads, hashes and
 * inflates the blob; whoever takes the archive hashes it: inflating is what takes longest, and
 * nothing else waits for it or keeps it waiting.
 *
 * <p>What was taken is not to be trusted before {@link #finish()} has returned.
 */
public final class LayerStream implements AutoCloseable {
    /** A channel that neither closing nor interruption wakes is somebody else's error. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ReadableByteChannel blob;
    private final @Nullable Descriptor descriptor;
    private final @Nullable Digest expected;
    private final Algorithm algorithm;
    private final MessageDigest hash;
    private final Ring ring = new Ring();
    private final Inflation inflation;
    private final Thread thread;
    private @Nullable ByteBuffer lent;
    private @Nullable Digest diffId;
    private @Nullable ImageException mismatch;
    private boolean ended;
    private boolean closed;

    private LayerStream(
            ReadableByteChannel blob,
            @Nullable Descriptor descriptor,
            @Nullable Digest diffId,
            ImageLimits limits,
            boolean strict,
            LongConsumer progress) {
        this.blob = blob;
        this.descriptor = descriptor;
        this.expected = diffId;
        this.algorithm = diffId == null ? Algorithm.SHA256 : diffId.algorithm();
        this.hash = algorithm.start();
        BlobInput input =
                new BlobInput(
                        blob,
                        descriptor == null ? Algorithm.SHA256 : descriptor.digest().algorithm(),
                        descriptor == null ? Long.MAX_VALUE - 1 : descriptor.size(),
                        progress);
        this.inflation = new Inflation(input, descriptor, limits, strict, ring);
        this.thread = Thread.ofPlatform().daemon().name("bailey-inflate").start(inflation);
    }

    /**
     * Opens a layer of which all is known.
     *
     * @param blob is closed with the stream
     * @param strict is its media type to be true? Else it is told by its first bytes alone
     * @param progress is told how many bytes of the blob were read, by another thread
     */
    public static LayerStream open(
            ReadableByteChannel blob,
            Descriptor descriptor,
            Digest diffId,
            ImageLimits limits,
            boolean strict,
            LongConsumer progress) {
        return new LayerStream(blob, descriptor, diffId, limits, strict, progress);
    }

    /** Opens a layer whose DiffID is to be found out; it is a SHA-256. */
    public static LayerStream openWithoutDiffId(
            ReadableByteChannel blob,
            Descriptor descriptor,
            ImageLimits limits,
            boolean strict,
            LongConsumer progress) {
        return new LayerStream(blob, descriptor, null, limits, strict, progress);
    }

    /**
     * Opens a layer whose blob has no known digest, as those in archives of {@code docker save}.
     */
    public static LayerStream openWithoutDescriptor(
            ReadableByteChannel blob, Digest diffId, ImageLimits limits, LongConsumer progress) {
        return new LayerStream(blob, null, diffId, limits, false, progress);
    }

    /** Opens what is to become a layer: nothing of it is known. */
    public static LayerStream openUnknown(
            ReadableByteChannel blob, ImageLimits limits, LongConsumer progress) {
        return new LayerStream(blob, null, null, limits, false, progress);
    }

    /** The archive's bytes, for one thread. */
    public ByteSource bytes() {
        return this::next;
    }

    private @Nullable ByteBuffer next() {
        if (closed) {
            throw new IllegalStateException("the layer is closed");
        }
        if (lent != null) {
            ring.release(lent);
            lent = null;
        }
        ByteBuffer piece = ended ? null : take();
        if (piece == null) {
            ended = true;
            rethrow(ring.failure());
            return null;
        }
        lent = piece;
        hash.update(piece.duplicate());
        return piece;
    }

    private @Nullable ByteBuffer take() {
        try {
            return ring.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException(
                    Kind.INTERRUPTED, "read layer", "", "the thread was interrupted", "", e);
        }
    }

    /** Errors of the other thread are thrown as they are. */
    private static void rethrow(@Nullable Throwable failure) {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException("the layer was abandoned", e);
        }
    }

    /**
     * Takes what is left, and says whether all was what it should have been. If what was taken so
     * far made no sense, this says whether the blob is to blame.
     *
     * @throws ImageException of kind DIGEST_MISMATCH if size, digest or DiffID is another one
     */
    public void finish() {
        if (diffId != null) {
            return;
        }
        while (next() != null) {
            // next has hashed it
        }
        if (mismatch == null) {
            Digest actual = Digest.of(algorithm, hash);
            mismatch = Verification.of(descriptor, read(), expected, actual);
            diffId = mismatch == null ? actual : null;
        }
        if (mismatch != null) {
            throw mismatch;
        }
    }

    private BlobInput.Read read() {
        BlobInput.Read read = inflation.result();
        if (read == null) {
            throw new IllegalStateException("the layer is not finished");
        }
        return read;
    }

    /** The hash of the archive, once it is finished. */
    public Digest diffId() {
        if (diffId == null) {
            throw new IllegalStateException("the layer is not finished");
        }
        return diffId;
    }

    /** The hash of the blob, once it is finished. */
    public Digest blobDigest() {
        diffId();
        return read().digest();
    }

    /** The bytes of the blob, once it is finished. */
    public long blobSize() {
        diffId();
        return read().size();
    }

    /** Closes the blob and ends the thread, wherever it is. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        thread.interrupt();
        try {
            blob.close();
        } catch (IOException nothingLost) {
            // All that was to be read from it was read, or is not wanted.
        }
        awaitThread();
    }

    private void awaitThread() {
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (thread.isAlive() && System.nanoTime() < deadline) {
            try {
                thread.join(PATIENCE);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
