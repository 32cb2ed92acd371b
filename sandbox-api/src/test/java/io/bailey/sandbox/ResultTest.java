package io.bailey.sandbox;

import static io.bailey.sandbox.Answers.answer;
import static io.bailey.sandbox.Answers.exited;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class ResultTest {

    @Test
    void decodesUtf8() {
        Result result = answer(new Termination.Exited(0), 0, "h\u00e9", "\u00e8");
        assertThat(result.stdout()).isEqualTo("h\u00e9");
        assertThat(result.stderr()).isEqualTo("\u00e8");
    }

    @Test
    void replacesWhatIsNotUtf8() {
        byte[] broken = {'a', (byte) 0xff};
        Result result =
                new Result(
                        new Termination.Exited(0),
                        0,
                        broken,
                        broken,
                        true,
                        Isolation.FULL,
                        Answers.USAGE,
                        Answers.TIMINGS);
        assertThat(result.stdout()).isEqualTo("a\ufffd");
        assertThat(result.stdoutBytes()).isEqualTo(broken);
    }

    @Test
    void copiesBytes() {
        byte[] out = {1};
        byte[] err = {2};
        Result result =
                new Result(
                        new Termination.Exited(0),
                        0,
                        out,
                        err,
                        false,
                        Isolation.FULL,
                        Answers.USAGE,
                        Answers.TIMINGS);
        out[0] = 9;
        err[0] = 9;
        result.stdoutBytes()[0] = 9;
        result.stderrBytes()[0] = 9;
        assertThat(result.stdoutBytes()).containsExactly(1);
        assertThat(result.stderrBytes()).containsExactly(2);
    }

    @Test
    void comparesByContent() {
        assertThat(exited(3))
                .isEqualTo(exited(3))
                .hasSameHashCodeAs(exited(3))
                .isNotEqualTo(exited(4));
        assertThat(exited(0)).isNotEqualTo(answer(new Termination.Exited(0), 0, "other", "err"));
        assertThat(exited(0)).isNotEqualTo(answer(new Termination.Exited(0), 0, "out", "other"));
    }

    @Test
    void doesNotPrintWhatWasCaptured() {
        assertThat(answer(new Termination.Exited(0), 0, "secret", "hidden").toString())
                .contains("stdoutBytes=6", "stderrBytes=6")
                .doesNotContain("secret", "hidden");
    }

    @Test
    void zeroIsSuccess() {
        assertThat(exited(0).success()).isTrue();
        assertThat(exited(0).orThrow()).isEqualTo(exited(0));
    }

    @Test
    void everythingElseIsNot() {
        Result timedOut = answer(new Termination.TimedOut(Duration.ofSeconds(1)), 137, "", "");
        Result outOfMemory = answer(new Termination.OutOfMemory(MemorySize.parse("1M")), 0, "", "");
        assertThat(exited(1).success()).isFalse();
        assertThat(timedOut.success()).isFalse();
        assertThat(outOfMemory.success()).isFalse();
    }

    @Test
    void orThrowCarriesTheResult() {
        Result result = answer(new Termination.Exited(3), 3, "", "no such thing\n");
        assertThatExceptionOfType(ExitException.class)
                .isThrownBy(result::orThrow)
                .withMessage(
                        "the command did not exit with 0: exited with 3; the end of its standard"
                                + " error:\n"
                                + "no such thing")
                .satisfies(failure -> assertThat(failure.result()).isSameAs(result));
    }

    @Test
    void orThrowShowsTheEndOfALongError() {
        Result result =
                answer(new Termination.Signaled(11), 139, "", "first" + "x".repeat(5_000) + "last");
        assertThatExceptionOfType(ExitException.class)
                .isThrownBy(result::orThrow)
                .satisfies(failure ->
                        assertThat(failure.getMessage())
                                .startsWith(
                                        "the command did not exit with 0: killed by signal 11"
                                                + " (SIGSEGV)")
                                .endsWith("last")
                                .doesNotContain("first")
                                .hasSizeLessThan(2_200));
    }

    @Test
    void orThrowSaysNothingOfAnEmptyError() {
        assertThatExceptionOfType(ExitException.class)
                .isThrownBy(answer(new Termination.Exited(1), 1, "out", " \n")::orThrow)
                .withMessage("the command did not exit with 0: exited with 1");
    }

    @Test
    void exitCodeAndTerminationAgree() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> answer(new Termination.Exited(1), 0, "", ""))
                .withMessage("exit code 0 does not belong to Exited[code=1]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> answer(new Termination.Signaled(9), 9, "", ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> answer(new Termination.Cancelled(), -1, "", ""));
    }

    @Test
    void timingsAddUp() {
        assertThat(Answers.TIMINGS.total()).isEqualTo(Duration.ofNanos(654_321));
    }
}
