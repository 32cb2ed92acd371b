package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;
import static io.bailey.sandbox.Rejections.rejectedNaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class CommandTest {

    private static final Command LS = Command.of("ls", "-l");

    @Test
    void hasDefaults() {
        assertThat(LS.arguments()).containsExactly("ls", "-l");
        assertThat(LS.args()).isSameAs(LS.arguments());
        assertThat(LS.input()).isEqualTo(Input.empty());
        assertThat(LS.output()).isEqualTo(Output.capture());
        assertThat(LS.errorOutput()).isEqualTo(Output.capture());
        assertThat(LS.environment()).isEmpty();
        assertThat(LS.workingDirectory()).isEmpty();
        assertThat(LS.runAs()).isEmpty();
        assertThat(LS.wallTimeout()).isEmpty();
    }

    @Test
    void eachChangeIsACopy() {
        Command changed =
                LS.stdin(Input.of("in"))
                        .stdout(Output.discard())
                        .stderr(Output.inherit())
                        .env("A", "1")
                        .workdir("/w")
                        .user("me")
                        .timeout(Duration.ofSeconds(1));
        assertThat(changed.arguments()).isEqualTo(LS.arguments());
        assertThat(changed.input()).isEqualTo(Input.of("in"));
        assertThat(changed.output()).isEqualTo(Output.discard());
        assertThat(changed.errorOutput()).isEqualTo(Output.inherit());
        assertThat(changed.environment()).isEqualTo(Map.of("A", "1"));
        assertThat(changed.workingDirectory()).contains("/w");
        assertThat(changed.runAs()).contains(User.parse("me"));
        assertThat(changed.wallTimeout()).contains(Duration.ofSeconds(1));
        assertThat(LS).isEqualTo(Command.of("ls", "-l"));
    }

    @Test
    void takesIdsAsNumbers() {
        assertThat(LS.user(1, 2).runAs()).contains(User.parse("1:2"));
    }

    @Test
    void variablesKeepTheirOrderAndTheLastValue() {
        Map<String, String> environment =
                LS.env("B", "1").env("A", "2").env("B", "3").environment();
        assertThat(environment).containsExactly(Map.entry("B", "3"), Map.entry("A", "2"));
    }

    @Test
    void copiesTheList() {
        List<String> arguments = new ArrayList<>(List.of("ls"));
        Command command = Command.of(arguments);
        arguments.add("-l");
        assertThat(command.arguments()).containsExactly("ls");
    }

    @Test
    void isImmutable() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> LS.arguments().add("x"));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> LS.env("A", "1").environment().put("B", "2"));
    }

    @Test
    void needsAProgram() {
        rejected(Command::of, "command: needs at least one argument, the program");
        rejected(() -> Command.of(List.of()), "command: needs at least one argument, the program");
        rejected(
                () -> Command.of("", "a"),
                "command: the first argument, the program, must not be empty");
        assertThat(Command.of("echo", "").arguments()).containsExactly("echo", "");
    }

    @Test
    void refusesWhatExecveWouldCutShort() {
        rejected(
                () -> Command.of("sh", "-c", "a\0b"),
                "command argument 2: \"a\\u{0}b\" has a NUL character at index 1");
        rejectedNaming(() -> Command.of("\ud800"), "command argument 0: ", "unpaired surrogate");
    }

    @Test
    void refusesWhatExecveWouldRefuse() {
        assertThat(Command.of("a".repeat(131_071)).arguments()).hasSize(1);
        rejectedNaming(
                () -> Command.of("a", "a".repeat(131_072)),
                "command argument 1: ",
                "131072",
                "131071");
        rejectedNaming(() -> Command.of("a", "\u00e9".repeat(65_536)), "131072 bytes");
    }

    @Test
    void refusesBadSettings() {
        rejectedNaming(() -> LS.workdir("w"), "workdir: \"w\" is not absolute");
        rejectedNaming(() -> LS.user("-1"), "user: \"-1\"");
        rejectedNaming(() -> LS.user(-1, 0), "user: \"-1\"");
        rejectedNaming(() -> LS.timeout(Duration.ZERO), "timeout: PT0S");
        rejectedNaming(() -> LS.timeout(Duration.ofSeconds(-1)), "timeout: PT-1S");
        rejectedNaming(() -> LS.timeout(Duration.ofSeconds(Long.MAX_VALUE)), "timeout: ");
        rejectedNaming(() -> LS.env("A=B", "1"), "env name: \"A=B\" has a '='");
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> Command.of("a", null));
        assertThatNullPointerException().isThrownBy(() -> LS.stdin(null));
        assertThatNullPointerException().isThrownBy(() -> LS.stdout(null));
        assertThatNullPointerException().isThrownBy(() -> LS.stderr(null));
        assertThatNullPointerException().isThrownBy(() -> LS.env("A", null));
        assertThatNullPointerException().isThrownBy(() -> LS.timeout(null));
    }

    @Test
    void printsArgumentsOnly() {
        assertThat(LS.env("TOKEN", "secret").stdin(Input.of("secret")))
                .hasToString("Command[\"ls\", \"-l\"]");
    }
}
