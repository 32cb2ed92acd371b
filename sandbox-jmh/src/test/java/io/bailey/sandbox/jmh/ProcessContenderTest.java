package io.bailey.sandbox.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;

class ProcessContenderTest {

    @Test
    void tellsHowLongItTook() throws IOException, InterruptedException {
        assertThat(ProcessContender.run(List.of("true"))).isPositive();
    }

    @Test
    void doesNotCountWhatFailed() {
        assertThatThrownBy(
                        () -> ProcessContender.run(List.of("sh", "-c", "echo no way >&2; exit 3")))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("exit 3, no way");
    }
}
