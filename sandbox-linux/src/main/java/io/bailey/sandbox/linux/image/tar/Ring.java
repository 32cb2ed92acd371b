package io.bailey.sandbox.linux.image.tar;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Buffers that go round between a thread that fills them and one that reads them. */
final class Ring {
    static final int BUFFER = 256 << 10;
    private static final int BUFFERS = 8;
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(BUFFERS);

    /** One more, so that the end always fits. */
    private final BlockingQueue<ByteBuffer> full = new ArrayBlockingQueue<>(BUFFERS + 1);

    private int made;
    private volatile @Nullable Throwable failure;

    /** The filling thread: an empty buffer. Most layers are small: they do with one or two. */
    ByteBuffer empty() throws InterruptedException {
        ByteBuffer buffer = free.poll();
        if (buffer == null && made < BUFFERS) {
            made++;
            return ByteBuffer.allocateDirect(BUFFER);
        }
        return (buffer != null ? buffer : free.take()).clear();
    }

    /** The filling thread: hands on a buffer that has something in it. */
    void full(ByteBuffer buffer) {
        full.add(buffer);
    }

    /** The filling thread: there is no more, because of {@code why} if that is not null. */
    void end(@Nullable Throwable why) {
        failure = why;
        full.add(END);
    }

    /** The reading thread: a buffer with something in it; null at the end. */
    @Nullable ByteBuffer take() throws InterruptedException {
        ByteBuffer buffer = full.take();
        return buffer.hasRemaining() ? buffer : null;
    }

    /** The reading thread, once it was told of the end: why it came early; null if it did not. */
    @Nullable Throwable failure() {
        return failure;
    }

    /** The reading thread: gives back a buffer. */
    void release(ByteBuffer buffer) {
        free.add(buffer);
    }
}
