package io.bailey.sandbox.linux.image.registry;

import java.util.Optional;

/** A part of a blob, and how much of it is there. One thread at a time fetches it. */
final class Span {
    private final long start;
    private final long end;
    private volatile long position;

    Span(long start, long end) {
        this.start = start;
        this.end = end;
        this.position = start;
    }

    long start() {
        return start;
    }

    long end() {
        return end;
    }

    long position() {
        return position;
    }

    boolean isComplete() {
        return position == end;
    }

    void advanceTo(long reached) {
        position = reached;
    }

    void restart() {
        position = start;
    }

    /** What to ask for; nothing where all of {@code size} is missing. */
    Optional<String> range(long size) {
        return position == 0 && end == size
                ? Optional.empty()
                : Optional.of("bytes=" + position + "-" + (end - 1));
    }
}
