package io.bailey.sandbox;

import java.time.Duration;

/** The rule for time limits. */
final class Durations {

    /**
     * What a {@code long} of nanoseconds holds, some 292 years: every timer of the kernel and the
     * JDK counts so.
     */
    private static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);

    private Durations() {}

    static Duration positive(String field, Duration duration) {
        if (!duration.isPositive() || duration.compareTo(MAX) > 0) {
            throw new SandboxConfigException(
                    field
                            + ": "
                            + duration
                            + " is not a time limit; it must be positive and at most "
                            + MAX);
        }
        return duration;
    }
}
