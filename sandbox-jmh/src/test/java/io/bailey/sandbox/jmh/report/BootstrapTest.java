package io.bailey.sandbox.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.SplittableRandom;

class BootstrapTest {
    private final SplittableRandom random = new SplittableRandom(7);

    private long[] times(int count, double millis) {
        return random.doubles(count, millis * 0.9e6, millis * 1.1e6)
                .mapToLong(Math::round)
                .toArray();
    }

    @Test
    void medianLiesWithinItsInterval() {
        Interval interval = Bootstrap.median(times(500, 2));

        assertThat(interval.estimate()).isBetween(interval.low(), interval.high());
        assertThat(interval.low()).isBetween(1.9, 2.0);
        assertThat(interval.high()).isBetween(2.0, 2.1);
    }

    /** What 95 % means: of many repetitions, about so many have the truth in their interval. */
    @Test
    void intervalsHoldTheTruthAsOftenAsTheySay() {
        int held = 0;
        for (int i = 0; i < 100; i++) {
            Interval interval = Bootstrap.median(times(101, 2));
            held += interval.low() <= 2 && 2 <= interval.high() ? 1 : 0;
        }

        assertThat(held).isBetween(88, 100);
    }

    @Test
    void ratioOfSamplesOfDifferentSizes() {
        Interval ratio = Bootstrap.ratio(times(400, 6), times(100, 2));

        assertThat(ratio.estimate()).isBetween(2.9, 3.1);
        assertThat(ratio.low()).isLessThan(3.0);
        assertThat(ratio.high()).isGreaterThan(3.0);
    }

    /** A storm that hits whole rounds moves both medians, not their ratio. */
    @Test
    void whatHitBothInARoundStaysTogether() {
        long[] quiet = times(300, 2);
        long[] stormy = quiet.clone();
        for (int i = 0; i < stormy.length; i += 2) {
            stormy[i] *= 10;
        }
        long[] twice = Arrays.stream(stormy).map(time -> time * 2).toArray();

        assertThat(Bootstrap.ratio(twice, stormy)).isEqualTo(new Interval(2, 2, 2));
    }

    @Test
    void isTheSameEachTime() {
        long[] times = times(50, 1);

        assertThat(Bootstrap.median(times)).isEqualTo(Bootstrap.median(times));
    }

    @Test
    void percentilesAreTimesThatWereMeasured() {
        long[] times = {5, 1, 4, 2, 3};

        assertThat(Bootstrap.percentile(times, 0)).isEqualTo(1);
        assertThat(Bootstrap.percentile(times, 50)).isEqualTo(3);
        assertThat(Bootstrap.percentile(times, 100)).isEqualTo(5);
    }
}
