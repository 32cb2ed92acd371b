package io.bailey.sandbox.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AxisTest {

    @ParameterizedTest
    @ValueSource(doubles = {0.013, 0.9, 1, 5, 7.3, 99, 100, 101, 1718, 123_456})
    void linearBeginsAtZeroAndHoldsAll(double most) {
        Axis axis = Axis.linear("times", most);

        assertThat(axis.low()).isZero();
        assertThat(axis.place(0)).isZero();
        assertThat(axis.high()).isBetween(most, most * 2.1);
        assertThat(axis.ticks()).hasSizeBetween(3, 9);
        assertThat(axis.ticks().getLast()).isEqualTo(axis.high());
        assertThat(axis.label()).isEqualTo("times");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.31, 1, 2, 4.7})
    void logarithmicHoldsAllAndSaysSo(double least) {
        Axis axis = Axis.log("times", least, 300);

        assertThat(axis.low()).isLessThanOrEqualTo(least);
        assertThat(axis.high()).isEqualTo(500);
        assertThat(axis.place(axis.low())).isZero();
        assertThat(axis.place(500)).isEqualTo(1);
        assertThat(axis.label()).isEqualTo("times, logarithmic");
    }

    @Test
    void marksAreReadable() {
        assertThat(Axis.text(1000)).isEqualTo("1,000");
        assertThat(Axis.text(0.30000000000000004)).isEqualTo("0.3");
        assertThat(Axis.text(0.002)).isEqualTo("0.002");
    }
}
