package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.CommandException.Reason;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxSetupException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Finding and executing the command, and what is said when that fails. */
@ExtendWith(LeakAudit.class)
class ExecutionTest {
    @TempDir(factory = InTmp.class)
    Path programs;

    @BeforeEach
    void open() throws IOException {
        Files.setPosixFilePermissions(programs, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path program(String name, String content, String mode) throws IOException {
        Path file = Files.writeString(programs.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private Sandbox.Builder sandbox() {
        return host().mount(Mount.readOnly(programs, "/mnt"));
    }

    private CommandException failure(Command command) {
        return catchThrowableOfType(CommandException.class, () -> sandbox().run(command));
    }

    @Test
    void aMissingCommandNamesEveryPlaceTried() {
        CommandException failure =
                failure(Command.of("bailey-nonesuch", "arg").env("PATH", "/usr/bin:/mnt:/none"));

        assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND);
        assertThat(failure.tried())
                .containsExactly(
                        "/usr/bin/bailey-nonesuch",
                        "/mnt/bailey-nonesuch",
                        "/none/bailey-nonesuch");
        assertThat(failure)
                .hasMessageContaining("not found")
                .hasMessageContaining("/mnt/bailey-nonesuch");
    }

    @Test
    void aMissingPathNamesItself() {
        assertThat(failure(Command.of("/mnt/none")).tried()).containsExactly("/mnt/none");
        assertThat(failure(Command.of("/etc/passwd/none")).reason()).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void startTellsItToo() throws IOException {
        program("plain", "#!/bin/sh\n", "rw-r--r--");

        assertThat(
                        catchThrowableOfType(
                                        CommandException.class,
                                        () -> sandbox().start("bailey-nonesuch"))
                                .reason())
                .isEqualTo(Reason.NOT_FOUND);
        assertThat(
                        catchThrowableOfType(
                                        CommandException.class,
                                        () -> sandbox().init(false).start("/mnt/plain"))
                                .reason())
                .isEqualTo(Reason.NOT_EXECUTABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "directory", "format", "empty"})
    void notExecutable(String name) throws IOException {
        program("plain", "#!/bin/sh\n", "rw-r--r--");
        Files.createDirectory(programs.resolve("directory"));
        program("format", "\u007fELFnonsense", "rwxr-xr-x");
        program("empty", "", "rwxr-xr-x");

        CommandException byPath = failure(Command.of("/mnt/" + name));
        assertThat(byPath.reason()).isEqualTo(Reason.NOT_EXECUTABLE);
        assertThat(byPath.tried()).containsExactly("/mnt/" + name);

        CommandException bySearch = failure(Command.of(name).env("PATH", "/none:/mnt:/usr"));
        assertThat(bySearch.reason()).isEqualTo(Reason.NOT_EXECUTABLE);
        assertThat(bySearch.tried()).containsExactly("/mnt/" + name);
    }

    /** execvp(3): one that may not be executed does not hide a later one that may. */
    @Test
    void theSearchGoesOnPastWhatIsNotExecutable() throws Exception {
        program("true", "#!/bin/sh\n", "rw-r--r--");

        assertThat(sandbox().run(Command.of("true").env("PATH", "/mnt:/usr/bin:/bin")).exitCode())
                .isZero();
    }

    @Test
    void scriptsRunByTheirInterpreter() throws Exception {
        program("script", "#!/bin/sh\necho \"$0 $1\"\n", "rwxr-xr-x");

        assertThat(sandbox().run("/mnt/script", "x").stdout()).isEqualTo("/mnt/script x\n");
        assertThat(sandbox().run(Command.of("script", "x").env("PATH", "/mnt")).stdout())
                .isEqualTo("/mnt/script x\n");
    }

    @Test
    void aScriptWithoutItsInterpreterCannotBeExecuted() throws IOException {
        program("script", "#!/none/interpreter\n", "rwxr-xr-x");

        assertThat(failure(Command.of("/mnt/script")).reason()).isEqualTo(Reason.NOT_EXECUTABLE);
    }

    @Test
    void anEmptyPartOfPathIsTheWorkingDirectory() throws Exception {
        program("here", "#!/bin/sh\necho here\n", "rwxr-xr-x");

        assertThat(sandbox().run(Command.of("here").workdir("/mnt").env("PATH", "/none:")).stdout())
                .isEqualTo("here\n");
    }

    @Test
    void aMissingWorkingDirectoryIsNamed() {
        SandboxSetupException failure =
                catchThrowableOfType(
                        SandboxSetupException.class,
                        () -> sandbox().workdir("/mnt/none").run("true"));

        assertThat(failure.step()).contains("working directory");
        assertThat(failure.object()).isEqualTo("/mnt/none");
        assertThat(failure.errno()).isEqualTo("ENOENT");
        assertThat(failure).hasMessageContaining("workdir");
    }
}
