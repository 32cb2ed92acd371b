package io.bailey.sandbox.linux.image.registry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A body that is waited for piece by piece: up to JDK 25 a request's timeout ends with the headers.
 * A server that sends a byte now and then counts as silent as well.
 */
final class TimedBody implements BodySubscriber<TimedBody>, AutoCloseable {
    /** Bytes a second. Slower is no download that anyone waits for. */
    private static final long SLOWEST = 1024;

    /** Pieces of up to 16 KiB that may wait to be read: enough for the sender never to pause. */
    private static final int AHEAD = 16;

    private sealed interface Event {
        record Piece(List<ByteBuffer> buffers) implements Event {}

        record Failure(Throwable cause) implements Event {}

        record End() implements Event {}
    }

    private final long silence;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Deque<ByteBuffer> ready = new ArrayDeque<>();
    private @Nullable Subscription subscription;
    private boolean closed;
    private boolean ended;
    private long waited;
    private long received;

    TimedBody(Duration silence) {
        this.silence = silence.toNanos();
    }

    /** The next piece, never empty; null at the end. */
    @Nullable ByteBuffer next() throws IOException, InterruptedException {
        while (ready.isEmpty() && !ended) {
            switch (await()) {
                case Event.Piece(List<ByteBuffer> buffers) -> take(buffers);
                case Event.End _ -> ended = true;
                case Event.Failure(Throwable cause) -> {
                    ended = true;
                    throw new IOException(cause.getMessage(), cause);
                }
            }
        }
        return ready.poll();
    }

    private Event await() throws IOException, InterruptedException {
        Event event = events.poll();
        if (event != null) {
            return event;
        }
        long begun = System.nanoTime();
        event = events.poll(silence, TimeUnit.NANOSECONDS);
        waited += System.nanoTime() - begun;
        if (event == null) {
            close();
            throw new HttpTimeoutException("nothing came for " + Duration.ofNanos(silence));
        }
        return event;
    }

    private void take(List<ByteBuffer> buffers) throws IOException {
        for (ByteBuffer buffer : buffers) {
            if (buffer.hasRemaining()) {
                received += buffer.remaining();
                ready.add(buffer);
            }
        }
        request(1);
        if (waited < silence) {
            return;
        }
        // Only what was spent waiting counts, not what the reader did in between.
        if (received < SLOWEST * waited / TimeUnit.SECONDS.toNanos(1)) {
            close();
            throw new HttpTimeoutException(
                    received + " bytes came in " + Duration.ofNanos(waited).toMillis() + " ms");
        }
        waited = 0;
        received = 0;
    }

    private synchronized void request(int pieces) {
        if (subscription != null && !closed) {
            subscription.request(pieces);
        }
    }

    @Override
    public CompletionStage<TimedBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public synchronized void onSubscribe(Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(AHEAD);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        events.add(new Event.Piece(buffers));
    }

    @Override
    public void onError(Throwable failure) {
        events.add(new Event.Failure(failure));
    }

    @Override
    public void onComplete() {
        events.add(new Event.End());
    }

    /** Ends the connection, unless all of it has come. Whoever waits is woken. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (subscription != null) {
                subscription.cancel();
            }
            events.add(new Event.Failure(new IOException("given up")));
        }
    }
}
