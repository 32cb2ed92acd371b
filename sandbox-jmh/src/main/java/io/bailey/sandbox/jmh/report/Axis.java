package io.bailey.sandbox.jmh.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis of a plot: linear, and then from zero; or logarithmic, and then its label says so.
 *
 * @param label what it shows, with the unit
 * @param log whether it is logarithmic
 * @param low its lower end
 * @param high its upper end
 * @param ticks where it has marks
 */
record Axis(String label, boolean log, double low, double high, List<Double> ticks) {
    private static final int MARKS = 6;
    private static final double[] STEPS = {1, 2, 5, 10};

    /** From zero to what is at least {@code most}. */
    static Axis linear(String label, double most) {
        double rough = most / MARKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = power;
        for (double factor : STEPS) {
            if (step < rough) {
                step = power * factor;
            }
        }
        List<Double> ticks = new ArrayList<>();
        double high = Math.ceil(most / step - 1e-9) * step;
        for (int i = 0; i * step <= high * (1 + 1e-9); i++) {
            ticks.add(i * step);
        }
        return new Axis(label, false, 0, high, ticks);
    }

    /** From what is at most {@code least}, at 1, 2 and 5 times powers of ten. */
    static Axis log(String label, double least, double most) {
        double low = 0;
        List<Double> ticks = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(least)); ; power++) {
            for (double factor : new double[] {1, 2, 5}) {
                double tick = factor * Math.pow(10, power);
                if (tick <= least * (1 + 1e-9)) {
                    low = tick;
                    ticks.clear();
                }
                ticks.add(tick);
                if (tick >= most) {
                    return new Axis(label + ", logarithmic", true, low, tick, ticks);
                }
            }
        }
    }

    /** Logarithmic, with marks exactly at these values. */
    static Axis logAt(String label, List<Double> marks) {
        return new Axis(label + ", logarithmic", true, marks.getFirst(), marks.getLast(), marks);
    }

    /** Where a value lies, 0 at the lower end and 1 at the upper. */
    double place(double value) {
        return log
                ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
                : (value - low) / (high - low);
    }

    static String text(double value) {
        if (value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        return java.math.BigDecimal.valueOf(value)
                .round(new java.math.MathContext(3))
                .stripTrailingZeros()
                .toPlainString();
    }
}
