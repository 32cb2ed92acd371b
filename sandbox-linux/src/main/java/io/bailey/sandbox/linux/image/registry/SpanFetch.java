package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.linux.image.document.Quoted;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Fetches parts of one blob from one source. */
final class SpanFetch {
    private static final String STEP = "fetch blob";

    private final Source source;
    private final BlobFile file;
    private final long size;
    private final Ongoing ongoing;

    /** Whether the source has shown that it gives no parts. */
    private volatile boolean wholeOnly;

    SpanFetch(Source source, BlobFile file, long size, Ongoing ongoing) {
        this.source = source;
        this.file = file;
        this.size = size;
        this.ongoing = ongoing;
    }

    Source source() {
        return source;
    }

    /** Fetches all of a blob; after a break only the rest, where the source gives it. */
    void whole(Span span, Retries retries) {
        retries.run(
                STEP,
                source.uri(),
                source.attempts(),
                ongoing,
                () -> {
                    try {
                        attempt(span);
                    } catch (RangesIgnored e) {
                        wholeOnly = true;
                        restart(span);
                        throw Transient.unreachable("it gives no rest, only the whole");
                    }
                    return span;
                },
                file::highest);
    }

    /** Fetches a part. */
    void part(Span span, Retries retries) throws RangesIgnored {
        boolean done =
                retries.run(
                        STEP,
                        source.uri(),
                        source.attempts(),
                        ongoing,
                        () -> {
                            try {
                                attempt(span);
                                return true;
                            } catch (RangesIgnored e) {
                                return false;
                            }
                        },
                        span::position);
        if (!done) {
            throw new RangesIgnored();
        }
    }

    private void restart(Span span) {
        span.restart();
        file.restart();
    }

    private void attempt(Span span) throws Transient, RangesIgnored {
        if (ongoing.isCancelled()) {
            throw Interrupted.givenUp(source.uri());
        }
        if (wholeOnly && span.position() > 0) {
            restart(span);
        }
        try (Answer answer = source.get(span.range(size), ongoing)) {
            begin(span, answer);
            Runnable ending = answer::close;
            ongoing.add(ending);
            try {
                copy(span, answer);
            } finally {
                ongoing.remove(ending);
            }
        } catch (InterruptedException e) {
            throw Interrupted.during(Request.get(source.uri()));
        }
    }

    /** Is the answer what was asked for? */
    private void begin(Span span, Answer answer)
            throws Transient, RangesIgnored, InterruptedException {
        boolean all = span.start() == 0 && span.end() == size;
        switch (answer.status()) {
            case 200 -> {
                if (!all) {
                    throw new RangesIgnored();
                }
                if (span.position() > 0) {
                    restart(span);
                }
            }
            case 206 -> {
                Optional<ContentRange> range = ContentRange.parse(answer.header("Content-Range"));
                if (!range.map(r -> r.continues(span.position(), span.end(), size)).orElse(false)) {
                    throw new RangesIgnored();
                }
            }
            case 416 -> throw new RangesIgnored();
            default -> throw Failures.answered(answer, STEP, source.advice());
        }
        long length = answer.length();
        if (answer.status() == 200 && length >= 0 && length != size) {
            throw file.mismatch(from(answer), "it has " + length + " bytes, and not " + size);
        }
    }

    private void copy(Span span, Answer answer) throws Transient, InterruptedException {
        for (ByteBuffer piece = next(span, answer); piece != null; piece = next(span, answer)) {
            if (piece.remaining() > span.end() - span.position()) {
                throw file.mismatch(from(answer), "it has more than " + size + " bytes");
            }
            long at = span.position();
            long reached = at + piece.remaining();
            file.write(at, piece);
            span.advanceTo(reached);
        }
        if (!span.isComplete()) {
            throw Transient.cutShort(
                    "it ended after " + span.position() + " of " + span.end() + " bytes");
        }
    }

    private @Nullable ByteBuffer next(Span span, Answer answer)
            throws Transient, InterruptedException {
        try {
            return answer.body().next();
        } catch (IOException e) {
            if (span.isComplete()) {
                return null;
            }
            if (ongoing.isCancelled()) {
                throw Interrupted.givenUp(source.uri());
            }
            throw Failures.beneath(
                    Request.get(source.uri()), e.getCause() == null ? e : e.getCause());
        }
    }

    private static String from(Answer answer) {
        String url = Quoted.text(Shown.url(answer.uri()));
        return url.substring(1, url.length() - 1);
    }
}
