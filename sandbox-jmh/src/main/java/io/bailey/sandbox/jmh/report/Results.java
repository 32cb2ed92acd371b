package io.bailey.sandbox.jmh.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All that one run has measured, in the order it came. Not thread-safe. */
public final class Results {
    private final List<Series> series = new ArrayList<>();
    private final List<Value> values = new ArrayList<>();

    /**
     * Times of one thing, one for each time it was done, in the order they were measured.
     *
     * @param table what it was measured together with
     * @param row its name there
     * @param nanos the times, in nanoseconds
     */
    public record Series(String table, String row, List<Long> nanos) {
        /** Keeps a copy. */
        public Series {
            nanos = List.copyOf(nanos);
        }

        long[] toArray() {
            return nanos.stream().mapToLong(Long::longValue).toArray();
        }

        /** The median, with what it could be as well. */
        public Interval median() {
            return Bootstrap.median(toArray());
        }

        /** How often the median of {@code other} goes into this one's. */
        public Interval ratioTo(Series other) {
            return Bootstrap.ratio(toArray(), other.toArray());
        }

        /** The time that {@code percent} of all stay at or below, in milliseconds. */
        public double percentile(int percent) {
            return Bootstrap.percentile(toArray(), percent) / Interval.NANOS_PER_MILLI;
        }
    }

    /**
     * A number that is not a time of one thing.
     *
     * @param table what it was measured together with
     * @param row its name there
     * @param at where on the horizontal axis it is, if there is one: a number of threads, say
     * @param unit of the number
     */
    public record Value(String table, String row, double at, double value, String unit) {}

    /** Adds times. */
    public void add(String table, String row, List<Long> nanos) {
        if (!nanos.isEmpty()) {
            series.add(new Series(table, row, nanos));
        }
    }

    /** Adds a number. */
    public void add(String table, String row, double at, double value, String unit) {
        values.add(new Value(table, row, at, value, unit));
    }

    /** The times of a table. */
    public List<Series> table(String table) {
        return series.stream().filter(it -> it.table().equals(table)).toList();
    }

    /** The times of a row, if it was measured. */
    public Optional<Series> row(String table, String row) {
        return table(table).stream().filter(it -> it.row().equals(row)).findFirst();
    }

    /** The numbers of a table. */
    public List<Value> values(String table) {
        return values.stream().filter(it -> it.table().equals(table)).toList();
    }

    /** All times. */
    public List<Series> series() {
        return List.copyOf(series);
    }

    /** All numbers. */
    public List<Value> values() {
        return List.copyOf(values);
    }
}
