package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

class ExceptionsTest {

    @Test
    void setupNamesStepObjectErrnoAndAdvice() {
        SandboxSetupException failure =
                new SandboxSetupException(
                        "mount proc", "EPERM", "/proc", "the host masks /proc; see doctor()");
        assertThat(failure)
                .hasMessage("mount proc on /proc: EPERM \u2014 the host masks /proc; see doctor()");
        assertThat(failure.step()).isEqualTo("mount proc");
        assertThat(failure.errno()).isEqualTo("EPERM");
        assertThat(failure.object()).isEqualTo("/proc");
    }

    @Test
    void setupMayHaveNoObjectAndNoAdvice() {
        Throwable cause = new IllegalStateException("beneath");
        assertThat(new SandboxSetupException("clone3", "EAGAIN", "", "", cause))
                .hasMessage("clone3: EAGAIN")
                .hasCause(cause);
    }

    @Test
    void commandNamesWhatWasTried() {
        Command command = Command.of("lss", "-l");
        CommandException failure =
                new CommandException(
                        command,
                        List.of("/bin/lss", "/usr/bin/lss"),
                        CommandException.Reason.NOT_FOUND);
        assertThat(failure)
                .hasMessage("\"lss\" is not found in the sandbox (tried /bin/lss, /usr/bin/lss)");
        assertThat(failure.command()).isEqualTo(command);
        assertThat(failure.tried()).containsExactly("/bin/lss", "/usr/bin/lss");
        assertThat(failure.reason()).isEqualTo(CommandException.Reason.NOT_FOUND);
    }

    @Test
    void commandMayHaveBeenTriedNowhere() {
        assertThat(
                        new CommandException(
                                Command.of("/etc/passwd"),
                                List.of(),
                                CommandException.Reason.NOT_EXECUTABLE))
                .hasMessage("\"/etc/passwd\" is not executable in the sandbox");
    }
}
