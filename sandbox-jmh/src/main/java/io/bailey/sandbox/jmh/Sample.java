package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Results;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Times of one thing, in nanoseconds. Not thread-safe. */
final class Sample {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int PERCENT = 100;

    private long[] times = new long[1024];
    private int size;

    void add(long nanos) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
        }
        times[size++] = nanos;
    }

    /** All of them, in the order they were measured. */
    List<Long> times() {
        return Arrays.stream(times, 0, size).boxed().toList();
    }

    /** Hands them over; nothing if there are none. */
    void report(Results results, String table, String row) {
        results.add(table, row, times());
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The time that {@code percent} of all stay at or below, in milliseconds; 0 is the least. */
    double percentile(int percent) {
        long[] sorted = Arrays.copyOf(times, size);
        Arrays.sort(sorted);
        return sorted[Math.min(size - 1, size * percent / PERCENT)] / NANOS_PER_MILLI;
    }

    double median() {
        return percentile(50);
    }

    double least() {
        return percentile(0);
    }

    /** The times in milliseconds as cells of a table: p50, p99, min. */
    String cells() {
        return String.format(Locale.ROOT, "%.2f | %.2f | %.2f", median(), percentile(99), least());
    }
}
