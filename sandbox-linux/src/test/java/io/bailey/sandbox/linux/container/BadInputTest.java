package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What cannot be is refused in one clear exception, before anything of it is done. */
@ExtendWith(LeakAudit.class)
class BadInputTest {
    @TempDir Path temporary;

    @Test
    void aMissingRootIsNamed() {
        Path missing = temporary.resolve("none");

        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> Sandbox.builder().rootfs(missing).build())
                .withMessageContaining(missing.toString())
                .withMessageContaining("ENOENT");
    }

    @Test
    void aRootThatIsAFileIsRefused() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));

        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> Sandbox.builder().rootfs(file).build())
                .withMessageContaining(file.toString())
                .withMessageContaining("not a directory");
    }

    @Test
    void aRootWithoutTheCommandSaysSo() throws Exception {
        Powers.require(Power.OVERLAY);
        TestRoot root = new TestRoot(temporary);
        root.directory("empty");

        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> Sandbox.builder().rootfs(temporary.resolve("empty")).run("sh"))
                .withMessageContaining("\"sh\" is not found")
                .withMessageContaining("/usr/bin/sh");
    }

    /** The host's directories are nobody's in the sandbox: not even root could make it there. */
    @Test
    void aTargetThatCannotBeMadeInTheHostsTreeIsNamed() {
        Sandbox.Builder sandbox =
                Sandbox.builder().mount(Mount.readOnly(temporary, "/usr/bailey/none"));

        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(sandbox::build)
                .withMessageContainingAll("/usr/bailey/none", "does not exist", "below /tmp");
        assertThat(Path.of("/usr/bailey")).doesNotExist();
    }

    @Test
    void aFileOverADirectoryAndTheReverseAreNamed() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));

        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> Sandbox.builder().mount(Mount.readOnly(file, "/etc")).build())
                .withMessageContaining("/etc is a directory, but");
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() ->
                        Sandbox.builder().mount(Mount.readOnly(temporary, "/etc/passwd")).build())
                .withMessageContaining("/etc/passwd is not a directory, but");
    }

    @Test
    void aRootThatVanishedAfterBuildIsNamed() throws Exception {
        TestRoot root = TestRoot.complete(temporary);
        try (Sandbox sandbox = root.sandbox().build()) {
            Files.move(root.path(), temporary.resolve("moved"));

            assertThatExceptionOfType(SandboxSetupException.class)
                    .isThrownBy(() -> sandbox.run("true"))
                    .withMessageContaining(root.path().toString())
                    .withMessageContaining("ENOENT");
        }
    }

    @Test
    void aMissingBindSourceIsNamed() {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() ->
                        host().mount(Mount.readOnly(temporary.resolve("none"), "/mnt")).build())
                .withMessageContaining(temporary.resolve("none").toString())
                .withMessageContaining("/mnt")
                .withMessageContaining("ENOENT");
    }

    @Test
    void missingFilesOfStreamsAreNamed() {
        Path none = temporary.resolve("none/file");
        for (Command command :
                List.of(
                        Command.of("true").stdin(Input.of(none)),
                        Command.of("true").stdout(Output.to(none)),
                        Command.of("true").stderr(Output.to(none)))) {
            assertThatExceptionOfType(SandboxSetupException.class)
                    .isThrownBy(() -> host().run(command))
                    .withMessageContaining(none.toString());
        }
    }

    /** A mistake in each place where a text or a number goes in. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("mount over /", b -> b.mount(Mount.tmpfs("/", "1M"))),
                mistake("target ..", b -> b.mount(Mount.tmpfs("/mnt/../etc", "1M"))),
                mistake("relative target", b -> b.mount(Mount.tmpfs("mnt", "1M"))),
                mistake("NUL in a target", b -> b.mount(Mount.tmpfs("/mnt\0/x", "1M"))),
                mistake("NUL in a variable", b -> b.env("A", "x\0y")),
                mistake("NUL in a name", b -> b.env("A\0", "x")),
                mistake("NUL in the workdir", b -> b.workdir("/\0")),
                mistake("NUL in the hostname", b -> b.hostname("a\0b")),
                mistake("NUL in the user", b -> b.user("a\0b")),
                mistake("NUL in the name", b -> b.name("a\0b")),
                mistake("NUL in a label", b -> b.label("a", "\0")),
                mistake("NUL in the cgroup", b -> b.cgroupParent("a\0b")),
                mistake("negative user", b -> b.user(-1, 0)),
                mistake("user that overflows", b -> b.user("4294967296")),
                mistake("user -1", b -> b.user("4294967295")),
                mistake("no memory", b -> b.memory("0")),
                mistake("less than a page", b -> b.memory("4095")),
                mistake("no pids", b -> b.pids(0)),
                mistake("negative pids", b -> b.pids(-1)),
                mistake("negative cpus", b -> b.cpus(-1)),
                mistake("no number", b -> b.cpus(Double.NaN)),
                mistake("negative weight", b -> b.cpuWeight(-1)),
                mistake("backward cpuset", b -> b.cpuset("3-1")),
                mistake("negative rlimit", b -> b.rlimit(io.bailey.sandbox.Rlimit.NOFILE, -1)),
                mistake("negative timeout", b -> b.timeout(java.time.Duration.ofSeconds(-1))),
                mistake(
                        "direct host root",
                        b ->
                                b.rootfs(Rootfs.host())
                                        .writableRoot(io.bailey.sandbox.WritableRoot.DIRECT)
                                        .build()));
    }

    private static Arguments mistake(String name, Consumer<Sandbox.Builder> mistake) {
        return Arguments.of(name, mistake);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void mistakesAreRefusedByName(String name, Consumer<Sandbox.Builder> mistake) {
        assertThat(catchThrowable(() -> mistake.accept(Sandbox.builder())))
                .isInstanceOf(SandboxConfigException.class)
                .message()
                .contains(":");
    }

    @Test
    void nulInAnArgumentIsRefused() {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> Command.of("echo", "a\0b"))
                .withMessageContaining("NUL");
    }

    @Test
    void anEnvironmentOfAMegabyteArrives() throws InterruptedException {
        Sandbox.Builder sandbox = host();
        for (int i = 0; i < 16; i++) {
            sandbox.env("V" + i, "x".repeat(65_536));
        }

        Result result = sandbox.run(Command.of("env").stdout(Output.capture("2M")));

        assertThat(result.orThrow().stdoutBytes().length).isGreaterThan(1 << 20);
    }

    @Test
    void tenThousandArgumentsArrive() throws InterruptedException {
        List<String> words = new ArrayList<>(List.of("printf", "%s\\n"));
        for (int i = 0; i < 10_000; i++) {
            words.add("argument" + i);
        }

        assertThat(host().run(Command.of(words)).stdout().lines().count()).isEqualTo(10_000);
    }

    @Test
    void moreThanTheKernelTakesIsToldByTheKernelsName() {
        Sandbox.Builder sandbox = host();
        for (int i = 0; i < 100; i++) {
            sandbox.env("V" + i, "x".repeat(100_000));
        }

        assertThatExceptionOfType(SandboxSetupException.class)
                .isThrownBy(() -> sandbox.run("true"))
                .withMessageContaining("E2BIG")
                .withMessageContaining("arguments and environment");
    }

    @Test
    void aClosedSandboxIsRefused() {
        Sandbox sandbox = host().build();
        sandbox.close();

        assertThat(catchThrowable(() -> sandbox.run("true")))
                .isInstanceOf(IllegalStateException.class);
    }
}
