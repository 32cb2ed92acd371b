package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Timings;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The times of one way to start something: the whole, and each phase that {@link Timings} knows.
 */
record Phases(Sample whole, List<Sample> parts) {
    private static final List<Function<Timings, Duration>> EACH =
            List.of(
                    Timings::prepare,
                    Timings::clone3,
                    Timings::setup,
                    Timings::exec,
                    Timings::run,
                    Timings::teardown);
    private static final double MICROS_PER_MILLI = 1e3;

    Phases() {
        this(new Sample(), EACH.stream().map(phase -> new Sample()).toList());
    }

    void add(long nanos, Timings timings) {
        whole.add(nanos);
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).add(EACH.get(i).apply(timings).toNanos());
        }
    }

    /** The floor's answer: the phases in the same order. */
    void add(long... nanos) {
        long sum = 0;
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).add(nanos[i]);
            sum += nanos[i];
        }
        whole.add(sum);
    }

    /** The parts' medians as cells of a table, in microseconds. */
    String cells() {
        return String.join(
                " | ",
                parts.stream()
                        .map(part ->
                                String.format(
                                        Locale.ROOT, "%.0f", part.median() * MICROS_PER_MILLI))
                        .toList());
    }
}
