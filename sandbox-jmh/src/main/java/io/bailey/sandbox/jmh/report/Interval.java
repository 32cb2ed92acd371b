package io.bailey.sandbox.jmh.report;

import java.util.Locale;

/**
 * An estimate, and between what it lies with 95 % confidence. Times are in milliseconds.
 *
 * @param low the lower end
 * @param estimate what was measured
 * @param high the upper end
 */
public record Interval(double low, double estimate, double high) {
    static final double NANOS_PER_MILLI = 1e6;

    Interval dividedBy(double divisor) {
        return new Interval(low / divisor, estimate / divisor, high / divisor);
    }

    /** The estimate, and the ends in brackets. */
    @Override
    public String toString() {
        String format = high < 100 ? "%.2f [%.2f, %.2f]" : "%.0f [%.0f, %.0f]";
        return String.format(Locale.ROOT, format, estimate, low, high);
    }
}
