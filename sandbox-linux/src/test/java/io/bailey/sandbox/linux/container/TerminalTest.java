package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Landlock;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxProcess;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Terminal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.OpenFiles;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs on a terminal of the sandbox's own, driven by keystrokes. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class TerminalTest {
    private static final Terminal USUAL = Terminal.of(80, 24);
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";
    private static final String CTRL_Z = "\u001A";

    /** Kinds of sandbox that come by a terminal in different ways. */
    enum Kind {
        INIT,
        NO_INIT,
        CHROOT,
        HOST_IDS,
        OTHER_USER,
        NO_MOUNT_NAMESPACE,
        UNPRIVILEGED;

        Sandbox.Builder sandbox() {
            return switch (this) {
                case INIT -> host();
                case NO_INIT -> host().init(false);
                case CHROOT -> host().rootChange(RootChange.CHROOT);
                case HOST_IDS -> {
                    Powers.require(Power.ROOT);
                    yield host().idMap(IdMap.HOST);
                }
                case OTHER_USER -> {
                    Powers.require(Power.ROOT);
                    yield host().user(1234, 567);
                }
                case NO_MOUNT_NAMESPACE ->
                        Sandbox.builder()
                                .namespaces(Namespace.allBut(Namespace.MOUNT))
                                .timeout(Sandboxes.PATIENCE);
                case UNPRIVILEGED -> {
                    Powers.require(Power.LANDLOCK_SCOPES);
                    yield Sandbox.builder()
                            .isolation(Isolation.UNPRIVILEGED)
                            .timeout(Sandboxes.PATIENCE);
                }
            };
        }
    }

    private static Command sh(String script) {
        return Command.of("sh", "-c", script).terminal(USUAL);
    }

    private static String shown(Sandbox.Builder sandbox, String script)
            throws InterruptedException {
        return sandbox.run(sh(script)).stdout().replace("\r\n", "\n").strip();
    }

    private static Command shell() {
        return Command.of("sh", "-i").env("PS1", "ready> ").terminal(USUAL);
    }

    private static String program(String... paths) {
        Optional<String> found =
                Stream.of(paths).filter(path -> Files.isExecutable(Path.of(path))).findFirst();
        Assumptions.assumeTrue(found.isPresent(), "none of " + Arrays.toString(paths));
        return found.get();
    }

    @ParameterizedTest
    @EnumSource
    void itIsTheCommandsControllingTerminalOfTheSizeAskedFor(Kind kind)
            throws InterruptedException {
        String script =
                "stty size; test -t 0 && test -t 1 && test -t 2 && echo three;"
                        + " tty; echo by name > /dev/tty; echo $TERM; exit 3";
        Command command =
                Command.of("sh", "-c", script)
                        .terminal(Terminal.of(123, 45))
                        .stderr(Output.discard());

        Result result = kind.sandbox().run(command);

        assertThat(result.stdout().replace("\r\n", "\n"))
                .matches("45 123\nthree\n/dev/pts/\\d+\nby name\nxterm\n");
        assertThat(result.stderr()).isEmpty();
        assertThat(result.termination()).isEqualTo(new Termination.Exited(3));
    }

    @ParameterizedTest
    @EnumSource(
            names = {"NO_MOUNT_NAMESPACE", "UNPRIVILEGED"},
            mode = EnumSource.Mode.EXCLUDE)
    void itIsTheFirstOfItsOwnDevptsAndBelongsToTheUser(Kind kind) throws InterruptedException {
        String seen = shown(kind.sandbox(), "tty; ls -1 /dev/pts; id -u; stat -c %u $(tty)");

        assertThat(seen.lines().toList().subList(0, 3)).containsExactly("/dev/pts/0", "0", "ptmx");
        String[] ids = seen.lines().skip(3).toArray(String[]::new);
        assertThat(ids[0]).isEqualTo(ids[1]);
    }

    @ParameterizedTest
    @EnumSource
    void whatOwnsItMayOpenItByItsName(Kind kind) throws InterruptedException {
        assertThat(shown(kind.sandbox(), "echo one > /proc/self/fd/0; echo two > $(tty)"))
                .isEqualTo("one\ntwo");
    }

    @Test
    void aShellHasAPromptAndControlsItsJobs() throws InterruptedException {
        String bash = program("/bin/bash", "/usr/bin/bash");
        Command command =
                Command.of(bash, "--norc", "--noprofile", "-i")
                        .env("PS1", "ready> ")
                        .terminal(USUAL)
                        .stdin(Input.pipe())
                        .stdout(Output.pipe());
        try (Container container = host().start(command);
                Typist typist = new Typist(container.process())) {
            typist.await("ready> ");
            typist.type("sleep 1000\r").await("sleep 1000");
            awaitForeground(container, "sleep");
            typist.type(CTRL_Z).await("Stopped");
            typist.await("ready> ");
            typist.type("jobs\r").await("\\[1\\]\\+  Stopped +sleep 1000");
            typist.type("fg\r").await("sleep 1000");
            awaitForeground(container, "sleep");
            typist.type(CTRL_C).await("ready> ");
            typist.type("echo status=$?\r").await("status=130");
            typist.type("ech").type("o com\u007F\u007Flpeted\b\r");
            typist.type("exit 7\r");

            assertThat(typist.end().termination()).isEqualTo(new Termination.Exited(7));
            assertThat(typist.screen()).doesNotContain("no job control");
        }
    }

    /** By the kernel's word: the foreground process group is that program's. */
    private static void awaitForeground(Container container, String program)
            throws InterruptedException {
        String script =
                "for p in /proc/[0-9]*; do set -- $(cat $p/stat 2>/dev/null);"
                        + " test \"$2\" = '("
                        + program
                        + ")' && test \"$5\" = \"$8\" && exit 0; done; exit 1";
        for (int i = 0; i < 1000; i++) {
            if (container.exec("sh", "-c", script).exitCode() == 0) {
                return;
            }
        }
        throw new AssertionError(program + " is not in the foreground");
    }

    /** The first process of a pid namespace is spared by the kernel. */
    @ParameterizedTest
    @EnumSource(names = "NO_INIT", mode = EnumSource.Mode.EXCLUDE)
    void ctrlCEndsWhatIsInTheForeground(Kind kind) throws InterruptedException {
        Command command = sh("echo go; exec sleep 1000").stdin(Input.pipe()).stdout(Output.pipe());
        try (Container container = kind.sandbox().start(command);
                Typist typist = new Typist(container.process())) {
            typist.await("go");
            typist.type(CTRL_C);

            assertThat(typist.end().termination()).isEqualTo(new Termination.Signaled(2));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNewSizeIsToldAtOnce(Kind kind) throws InterruptedException {
        Command command =
                sh("trap 'stty size' WINCH; echo go; while :; do read line; done")
                        .stdin(Input.pipe())
                        .stdout(Output.pipe());
        try (Container container = kind.sandbox().start(command);
                Typist typist = new Typist(container.process())) {
            typist.await("go");
            container.process().resize(100, 50);
            typist.await("50 100");
            container.process().resize(65_535, 1);
            typist.await("1 65535");

            assertThatThrownBy(() -> container.process().resize(0, 24))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("terminal columns: 0 is not 1 to 65535");
            container.kill();
            container.waitFor();
            container.process().resize(10, 10);
        }
    }

    @Test
    void onlyATerminalHasASize() throws InterruptedException {
        try (Container container = host().start("sleep", "1000")) {
            assertThatThrownBy(() -> container.process().resize(80, 24))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no terminal");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INIT", "NO_MOUNT_NAMESPACE"})
    void aRawOnePassesEveryByte(Kind kind) throws InterruptedException {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        Command command =
                Command.of("head", "-c", "256").terminal(USUAL.asRaw()).stdin(Input.of(all));

        Result result = kind.sandbox().run(command);

        assertThat(result.stdoutBytes()).isEqualTo(all);
    }

    @Test
    void oneThatIsNotRawEchoesAndEditsLines() throws InterruptedException {
        Command command =
                Command.of("cat").terminal(USUAL).stdin(Input.of("wrogn\u007F\u007Fng\n"));

        String shown = host().run(command).stdout();

        assertThat(shown).startsWith("wrogn\b \b\b \bng\r\n").contains("wrong\r\n");
    }

    /** Its end is Ctrl-D, at the beginning of a line or in one. */
    @ParameterizedTest
    @ValueSource(strings = {"", "one\n", "half a line"})
    void inputThatEndsEndsForTheCommandToo(String typed) throws InterruptedException {
        Command command = Command.of("wc", "-c").terminal(USUAL).stdin(Input.of(typed));

        assertThat(host().run(command).stdout().strip()).endsWith(typed.length() + "");
        try (Container container = host().start(command.stdin(Input.pipe()).stdout(Output.pipe()));
                Typist typist = new Typist(container.process())) {
            typist.type(typed.isEmpty() ? "" : typed + CTRL_D + CTRL_D);
            if (typed.isEmpty()) {
                close(container.process());
            }
            typist.end();
            assertThat(typist.screen().strip()).endsWith(typed.length() + "");
        }
    }

    private static void close(SandboxProcess process) {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** More than a terminal buffers, and nobody reads before the command has ended. */
    @ParameterizedTest
    @EnumSource
    void whatWasWrittenLastIsReadAfterTheEnd(Kind kind) throws Exception {
        try (Sandbox sandbox = kind.sandbox().build()) {
            for (int i = 0; i < 50; i++) {
                assertThat(sandbox.run(sh("seq 500; echo end " + i)).stdout())
                        .startsWith("1\r\n2\r\n")
                        .endsWith("500\r\nend " + i + "\r\n")
                        .hasSize(9 * 3 + 90 * 4 + 401 * 5 + ("end " + i).length() + 2);
            }
        }
        Command command = sh("echo last words").stdin(Input.pipe()).stdout(Output.pipe());
        try (Container container = kind.sandbox().start(command)) {
            container.waitFor();
            try (InputStream output = container.process().getInputStream()) {
                assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("last words\r\n");
            }
        }
    }

    @Test
    void python() throws InterruptedException {
        String python = program("/usr/bin/python3", "/usr/local/bin/python3");
        Command command =
                Command.of(python, "-q", "-i", "-c", "import sys; sys.ps1 = 'py> '")
                        .terminal(USUAL);
        try (Container container = host().start("sleep", "1000");
                Typist typist = new Typist(container.startExec(command))) {
            typist.await("py> ");
            typist.type("6 * 7\r").await("\n42\r");
            typist.await("py> ");
            typist.type("while True: pass\r\r").await("pass");
            typist.await("\\.\\.\\. ");
            typist.type(CTRL_C).await("KeyboardInterrupt");
            typist.await("py> ");
            typist.type("import os; os.get_terminal_size()\r").await("columns=80, lines=24");
            typist.await("py> ");
            typist.type("exit(5)\r");

            assertThat(typist.end().exitCode()).isEqualTo(5);
        }
    }

    @Test
    void vi() throws InterruptedException {
        String vi = program("/usr/bin/vim", "/usr/bin/vi", "/usr/bin/busybox", "/bin/busybox");
        Command command =
                (vi.endsWith("busybox")
                                ? Command.of(vi, "vi", "/tmp/note")
                                : Command.of(vi, "-u", "NONE", "-N", "/tmp/note"))
                        .terminal(USUAL);
        try (Container container = host().start("sleep", "1000");
                Typist typist = new Typist(container.startExec(command))) {
            typist.await("/tmp/note");
            typist.type("ihello\rworld\u001B").await("world");
            typist.type("0ibrave \u001B").type(":wq\r");

            assertThat(typist.end().exitCode()).isZero();
            assertThat(container.exec("cat", "/tmp/note").stdout())
                    .isEqualTo("hello\nbrave world\n");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NO_INIT", mode = EnumSource.Mode.EXCLUDE)
    void aShellMayEnterOneThatRuns(Kind kind) throws InterruptedException {
        try (Container container = kind.sandbox().start("sleep", "1000");
                Typist typist = new Typist(container.startExec(shell()))) {
            typist.await("ready> ");
            typist.type("tty; stty size; echo $((6 * 7))\r").await("/dev/pts/\\d+");
            typist.await("24 80");
            typist.await("42");
            typist.await("ready> ");
            typist.type(CTRL_D);

            assertThat(typist.end().termination()).isEqualTo(new Termination.Exited(0));
            assertThat(container.state().name()).isEqualTo("RUNNING");
        }
    }

    @Test
    void aTermOfOnesOwnIsKept() throws InterruptedException {
        assertThat(shown(host().env("TERM", "vt100"), "echo $TERM")).isEqualTo("vt100");
        assertThat(host().run(sh("echo $TERM").env("TERM", "dumb")).stdout()).isEqualTo("dumb\r\n");
        assertThat(host().run("sh", "-c", "echo .$TERM").stdout()).isEqualTo(".\n");
    }

    @Test
    void aCommandThatIsNotThereIsSaidToBeSo() {
        Command missing = Command.of("/no/such/program").terminal(USUAL);
        assertThatThrownBy(() -> host().run(missing)).hasMessageContaining("/no/such/program");
        try (Container container = host().start("sleep", "1000")) {
            assertThatThrownBy(() -> container.startExec(missing))
                    .hasMessageContaining("/no/such/program");
        }
    }

    @Test
    void nothingStaysOpen() throws InterruptedException {
        try (Container container = host().start("sleep", "1000")) {
            container.exec(sh("true"));
            OpenFiles before = OpenFiles.now();
            for (int i = 0; i < 100; i++) {
                assertThat(container.exec(sh("echo " + i)).stdout()).isEqualTo(i + "\r\n");
            }
            assertThatThrownBy(() -> container.exec(Command.of("/no/such").terminal(USUAL)))
                    .hasMessageContaining("/no/such");
            before.expectNoMore();
            assertThat(container.exec("ls", "/dev/pts").stdout()).isEqualTo("ptmx\n");
        }
    }

    /** Who lives on with it gets the end of it. */
    @Test
    void whatTheCommandLeavesBehindIsHungUp() throws InterruptedException {
        try (Container container = host().start("sleep", "1000")) {
            Result result =
                    container.exec(
                            sh(
                                    "(trap 'echo hup > /tmp/hup; exit' HUP; : > /tmp/set; while :; do sleep 0.01; done)"
                                            + " & until test -e /tmp/set; do sleep 0.01; done; echo left"));

            assertThat(result.stdout()).startsWith("left\r\n");
            assertThat(
                            Sandboxes.eventually(() -> {
                                try {
                                    return container.exec("cat", "/tmp/hup").exitCode() == 0;
                                } catch (InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                            }))
                    .isTrue();
        }
    }

    /** TIOCSTI, in a terminal that is the caller's own controlling one. */
    @ParameterizedTest
    @EnumSource
    void nobodyTypesForTheTypist(Kind kind) throws InterruptedException {
        String perl =
                "perl -e 'ioctl(STDIN, 0x5412, my $c = \"x\") and print \"typed\";"
                        + " print 0 + $!; ioctl(STDIN, 0x541C, my $d = \"\\2\"); print \" \", 0 + $!'";

        assertThat(shown(kind.sandbox(), perl)).isEqualTo("1 1");
    }

    /** CVE-2025-52565 and its like: what lies where terminals are made may be an enemy's. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ln -s /tmp/x /dev/pts/ptmx:ELOOP",
                "mkfifo /dev/pts/ptmx:ENOTTY",
                "mkdir /dev/pts/ptmx:EISDIR",
                "true:ENOENT"
            })
    void whatAnEnemyPutInItsPlaceIsNoTerminal(String trap) throws InterruptedException {
        String script = trap.substring(0, trap.indexOf(':'));
        String errno = trap.substring(trap.indexOf(':') + 1);
        Sandbox.Builder recipe =
                host().capabilities(Capability.SYS_ADMIN)
                        .landlock(Landlock.OFF)
                        .seccomp(SeccompProfile.none());
        Command enemy =
                Command.of(
                                "sh",
                                "-c",
                                "mount -t tmpfs -o mode=777 t /dev/pts && ln -s /dev/null /tmp/x && "
                                        + script
                                        + " && echo set; exec sleep 1000")
                        .stdout(Output.pipe());
        try (Container container = recipe.start(enemy);
                Typist typist = new Typist(container.process())) {
            typist.await("set");

            assertThatThrownBy(() -> container.exec(sh("true")))
                    .isInstanceOfSatisfying(
                            SandboxSetupException.class,
                            failure -> assertThat(failure.errno()).isEqualTo(errno));
            assertThatThrownBy(() -> container.startExec(sh("true")))
                    .isInstanceOf(SandboxSetupException.class);
            assertThat(container.exec("true").exitCode()).isZero();
        }
    }

    @Test
    void aSignalReachesACommandOnATerminal() throws InterruptedException {
        Command command = sh("trap 'echo bye; exit 9' HUP; echo go; while :; do sleep 0.01; done");
        try (Container container = host().start("sleep", "1000");
                Typist typist = new Typist(container.startExec(command))) {
            typist.await("go");
            container.kill();
            assertThat(typist.end().termination()).isEqualTo(new Termination.Cancelled());
        }
        try (Container container = host().start("sleep", "1000")) {
            SandboxProcess process = container.startExec(command);
            try (Typist typist = new Typist(process)) {
                typist.await("go");
                process.signal(Signal.HUP);
                assertThat(typist.end().exitCode()).isEqualTo(9);
                assertThat(typist.screen()).endsWith("bye\r\n");
            }
        }
    }
}
