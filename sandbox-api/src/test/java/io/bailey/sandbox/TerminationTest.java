package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.stream.Stream;

class TerminationTest {

    static Stream<Arguments> endings() {
        return Stream.of(
                Arguments.of(new Termination.Exited(3), "exited with 3"),
                Arguments.of(new Termination.Signaled(9), "killed by signal 9 (SIGKILL)"),
                Arguments.of(new Termination.Signaled(40), "killed by signal 40"),
                Arguments.of(
                        new Termination.TimedOut(Duration.ofSeconds(2)), "timed out after PT2S"),
                Arguments.of(
                        new Termination.CpuTimeExceeded(Duration.ofSeconds(2)),
                        "used more than PT2S of processor time"),
                Arguments.of(
                        new Termination.OutOfMemory(MemorySize.parse("64M")),
                        "ran out of memory at the limit of 64M"),
                Arguments.of(
                        new Termination.PidsExceeded(8),
                        "asked for more than 8 processes and threads"),
                Arguments.of(
                        new Termination.OutputLimitExceeded(
                                OutputStreamKind.STDERR, MemorySize.parse("1M")),
                        "wrote more than 1M to STDERR"),
                Arguments.of(
                        new Termination.SyscallDenied("ptrace"),
                        "was killed for the system call ptrace"),
                Arguments.of(new Termination.Cancelled(), "was canceled"));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void describesItself(Termination termination, String words) {
        assertThat(termination.describe()).isEqualTo(words);
    }

    @Test
    void everyKindIsDescribed() {
        assertThat(endings().<Object>map(ending -> ending.get()[0].getClass()).distinct())
                .containsExactlyInAnyOrder((Object[]) Termination.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 256})
    void refusesExitCodes(int code) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Termination.Exited(code))
                .withMessage("exit code " + code + " is not 0 to 255");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65})
    void refusesSignals(int signal) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Termination.Signaled(signal))
                .withMessage("signal " + signal + " is not 1 to 64");
    }
}
