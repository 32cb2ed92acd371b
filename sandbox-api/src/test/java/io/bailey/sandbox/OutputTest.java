package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;
import static io.bailey.sandbox.Rejections.rejectedNaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

class OutputTest {

    @Test
    void capturesAsMuchAsTheSandboxSays() {
        assertThat(Output.capture()).isEqualTo(new Output.Capture(OptionalLong.empty()));
    }

    @Test
    void capturesAsMuchAsItSays() {
        assertThat(Output.capture(2_048)).isEqualTo(new Output.Capture(OptionalLong.of(2_048)));
        assertThat(Output.capture("2K")).isEqualTo(Output.capture(2_048));
        assertThat(Output.capture(Integer.MAX_VALUE - 8)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, Integer.MAX_VALUE - 7L, Long.MAX_VALUE})
    void refusesWhatNoArrayHolds(long max) {
        rejected(
                () -> Output.capture(max),
                "capture: " + max + " bytes is out of range; accepted are 1 to 2147483639");
    }

    @Test
    void refusesWhatIsNoSize() {
        rejectedNaming(() -> Output.capture("all"), "capture: \"all\" is not a size");
    }

    @Test
    void filesAreAbsolute() {
        assertThat(Output.to(Path.of("out")))
                .isEqualTo(new Output.File(Path.of("out").toAbsolutePath()));
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> Output.lines(null));
        assertThatNullPointerException().isThrownBy(() -> Output.to((OutputStream) null));
    }
}
