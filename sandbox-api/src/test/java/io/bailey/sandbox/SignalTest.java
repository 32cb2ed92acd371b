package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals by name and number. */
class SignalTest {
    @ParameterizedTest
    @EnumSource
    void hasThreeSpellings(Signal signal) {
        assertThat(Signal.parse(signal.name())).contains(signal);
        assertThat(Signal.parse("sig" + signal.name())).contains(signal);
        assertThat(Signal.parse(Integer.toString(signal.number()))).contains(signal);
        assertThat(Signal.of(signal.number())).contains(signal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SIG", "RTMIN+3", "0", "32", "-1", "SIGSIGTERM", "TERM KILL"})
    void nothingElseIsOne(String text) {
        assertThat(Signal.parse(text)).isEmpty();
    }

    @Test
    void blanksAroundItDoNotMatter() {
        assertThat(Signal.parse(" SIGTERM\n")).contains(Signal.TERM);
    }
}
