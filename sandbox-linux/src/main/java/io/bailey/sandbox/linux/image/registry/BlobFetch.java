package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Fetches one blob: in parts at once if it is large, there are connections to spare and the source
 * gives parts; else in one go. What one source has given is kept when the next one is asked.
 */
final class BlobFetch {
    /** From here on parts are worth their requests. */
    static final long LARGE = 32 << 20;

    /** SOCI's parallel pull found 8 to 16 MiB best. */
    static final long PART = 16 << 20;

    private final BlobFile file;
    private final long size;
    private final Retries retries;
    private final Semaphore connections;
    private final ExecutorService threads;
    private final List<Span> spans = new ArrayList<>();

    BlobFetch(
            BlobFile file,
            long size,
            boolean parallel,
            Retries retries,
            Semaphore connections,
            ExecutorService threads) {
        this.file = file;
        this.size = size;
        this.retries = retries;
        this.connections = connections;
        this.threads = threads;
        plan(parallel && size >= LARGE ? PART : Math.max(size, 1));
    }

    private void plan(long part) {
        spans.clear();
        long start = 0;
        do {
            spans.add(new Span(start, Math.min(size, start + part)));
            start += part;
        } while (start < size);
    }

    /**
     * Fetches what is missing, and verifies the whole. Needs a connection of its own, which the
     * caller has.
     */
    void verified(Source source) {
        boolean mixed = file.highest() > 0;
        String from = Shown.url(source.uri());
        try {
            from(source);
            file.verify(from);
        } catch (ImageException e) {
            if (e.kind() != Kind.DIGEST_MISMATCH) {
                throw e;
            }
            restart();
            if (!mixed) {
                throw e;
            }
            // What was wrong may have been another's.
            from(source);
            file.verify(from);
        }
    }

    private void from(Source source) {
        if (spans.size() > 1) {
            try {
                parts(source);
                return;
            } catch (RangesIgnored e) {
                restart();
                plan(size);
            }
        }
        if (size > 0) {
            new SpanFetch(source, file, size, new Ongoing()).whole(spans.getFirst(), retries);
        }
    }

    /** Forgets all that is there. */
    private void restart() {
        file.restart();
        spans.forEach(Span::restart);
    }

    private void parts(Source source) throws RangesIgnored {
        Queue<Span> missing = new ConcurrentLinkedQueue<>();
        spans.stream().filter(span -> !span.isComplete()).forEach(missing::add);
        Crew crew = new Crew(source, missing);
        crew.work();
    }

    /** Those who fetch parts at the same time: the caller, and helpers while there is room. */
    private final class Crew {
        private final Ongoing ongoing = new Ongoing();
        private final Queue<Span> missing;
        private final SpanFetch fetch;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final List<CountDownLatch> helpers = new ArrayList<>();

        Crew(Source source, Queue<Span> missing) {
            this.missing = missing;
            this.fetch = new SpanFetch(source, file, size, ongoing);
        }

        void work() throws RangesIgnored {
            // The first part alone: it shows whether there are parts at all, and who may ask.
            one();
            while (failure.get() == null && !missing.isEmpty()) {
                hire();
                one();
            }
            for (CountDownLatch helper : helpers) {
                await(helper);
            }
            switch (failure.get()) {
                case null -> {}
                case RangesIgnored e -> throw e;
                case ImageException e -> throw e;
                case Error e -> throw e;
                case Throwable e ->
                        throw new ImageException(
                                Kind.UNREACHABLE, "fetch blob", "", Failures.words(e), "", e);
            }
        }

        private void one() {
            Span span = missing.poll();
            if (span == null) {
                return;
            }
            try {
                fetch.part(span, retries);
                file.hashUpTo(beginning());
            } catch (RangesIgnored | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
                ongoing.cancel();
            }
        }

        /** One helper for each connection that nobody needs. */
        private void hire() {
            for (int i = 1; i < missing.size() && spare(); i++) {
                CountDownLatch done = new CountDownLatch(1);
                try {
                    threads.execute(() -> help(done));
                    helpers.add(done);
                } catch (RejectedExecutionException closed) {
                    connections.release();
                    return;
                }
            }
        }

        private void help(CountDownLatch done) {
            try {
                do {
                    try {
                        one();
                    } finally {
                        // Other blobs first.
                        connections.release();
                    }
                } while (failure.get() == null && !missing.isEmpty() && spare());
            } finally {
                done.countDown();
            }
        }

        private boolean spare() {
            try {
                // Unlike without a time, not past those who wait.
                return connections.tryAcquire(0, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** Helpers write to the file: nobody goes before they have ended. */
        private void await(CountDownLatch helper) {
            boolean interrupted = false;
            while (true) {
                try {
                    helper.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                    failure.compareAndSet(null, Interrupted.told(fetch.source().uri()));
                    ongoing.cancel();
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        /** How far all is there without a gap. */
        private long beginning() {
            for (Span span : spans) {
                if (!span.isComplete()) {
                    return span.position();
                }
            }
            return size;
        }
    }
}
