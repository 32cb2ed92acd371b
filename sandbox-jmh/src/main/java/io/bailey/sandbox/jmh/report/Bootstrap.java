package io.bailey.sandbox.jmh.report;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Confidence intervals by drawing again from what was measured (Efron's percentile bootstrap): it
 * asks for no distribution, which times of starts do not have. With a fixed seed, so that a report
 * can be made again from its numbers.
 *
 * <p>Two samples of one size were measured in turns: then whole rounds are drawn, so that what hit
 * both in a round stays together.
 */
public final class Bootstrap {
    private static final int DRAWS = 1_000;
    private static final long SEED = 42;
    private static final int LOW = DRAWS * 25 / 1_000;
    private static final int HIGH = DRAWS * 975 / 1_000;
    private static final int PERCENT = 100;

    private Bootstrap() {}

    /** The time that {@code percent} of all stay at or below. */
    static double percentile(long[] times, int percent) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / PERCENT)];
    }

    /** The median of times in nanoseconds, in milliseconds. */
    public static Interval median(long[] times) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] medians = new double[DRAWS];
        long[] drawn = new long[times.length];
        for (int i = 0; i < DRAWS; i++) {
            for (int k = 0; k < drawn.length; k++) {
                drawn[k] = times[random.nextInt(times.length)];
            }
            medians[i] = percentile(drawn, 50);
        }
        return interval(percentile(times, 50), medians).dividedBy(Interval.NANOS_PER_MILLI);
    }

    /** How often the median of {@code below} goes into that of {@code above}. */
    public static Interval ratio(long[] above, long[] below) {
        SplittableRandom random = new SplittableRandom(SEED);
        boolean paired = above.length == below.length;
        double[] ratios = new double[DRAWS];
        long[] one = new long[above.length];
        long[] other = new long[below.length];
        for (int i = 0; i < DRAWS; i++) {
            for (int k = 0; k < one.length; k++) {
                int round = random.nextInt(above.length);
                one[k] = above[round];
                if (paired) {
                    other[k] = below[round];
                }
            }
            for (int k = 0; !paired && k < other.length; k++) {
                other[k] = below[random.nextInt(below.length)];
            }
            ratios[i] = percentile(one, 50) / percentile(other, 50);
        }
        return interval(percentile(above, 50) / percentile(below, 50), ratios);
    }

    private static Interval interval(double estimate, double[] draws) {
        Arrays.sort(draws);
        return new Interval(draws[LOW], estimate, draws[HIGH]);
    }
}
