package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.PATIENCE;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Pool;
import io.bailey.sandbox.PoolOptions;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.Timings;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A command from a pool is a command like any other. */
@Timeout(120)
@ExtendWith(LeakAudit.class)
class PoolTest {
    /**
     * What a process can see of how it was confined; numbers that differ from run to run left out.
     */
    private static final String SELF =
            """
            grep -E '^(Uid|Gid|Groups|Umask|NoNewPrivs|Seccomp|Cap|Sig(Blk|Ign|Cgt))' /proc/self/status
            sed 's/^[0-9]* [0-9]* [0-9:]*//' /proc/self/mountinfo | sed 's/ master:[0-9]*//; s/ shared:[0-9]*//' | sort
            ulimit -a
            env | sort
            pwd
            ls -a /tmp /dev
            cat /proc/self/oom_score_adj
            set -- /proc/[0-9]*
            echo $#
            """;

    @TempDir Path temp;

    private static Pool full(Sandbox sandbox, int size) throws InterruptedException {
        // Whoever is served at all is served by one that waited.
        Pool pool = sandbox.pool(PoolOptions.builder(size).waitWhenEmpty(PATIENCE).build());
        assertThat(pool.awaitFull(PATIENCE)).isTrue();
        return pool;
    }

    private static Result run(Sandbox.Builder builder, Command command) throws Exception {
        try (Sandbox sandbox = builder.build();
                Pool pool = full(sandbox, 1)) {
            Result result = pool.run(command);
            assertThat(pool.stats().taken()).isEqualTo(1);
            assertThat(pool.stats().cold()).isZero();
            return result;
        }
    }

    private static void sameAsCold(Sandbox.Builder builder) throws Exception {
        try (Sandbox sandbox = builder.build();
                Pool pool = full(sandbox, 1)) {
            Result cold = sandbox.run("sh", "-c", SELF).orThrow();
            Result pooled = pool.run("sh", "-c", SELF).orThrow();
            assertThat(pooled.stdout().lines())
                    .containsExactlyElementsOf(cold.stdout().lines().toList());
            assertThat(pooled.stderr()).isEqualTo(cold.stderr());
            assertThat(pool.stats().cold()).isZero();
        }
    }

    @Test
    void fromInsideItLooksLikeAnyOther() throws Exception {
        sameAsCold(host());
    }

    @Test
    void soDoesOneOfAnotherUser() throws Exception {
        Powers.require(Power.ROOT);
        sameAsCold(host().user(1000, 1000).workdir("/tmp").env("COLOR", "blue"));
    }

    @Test
    void andOneWithoutAFilter() throws Exception {
        sameAsCold(host().seccomp(SeccompProfile.none()));
    }

    @Test
    void andOneInADirectory() throws Exception {
        Powers.require(Power.USERNS);
        sameAsCold(TestRoot.complete(temp).sandbox());
    }

    @Test
    void andOneWithoutAnInit() throws Exception {
        sameAsCold(host().init(false));
    }

    @Test
    void andOneThatSharesProcessNumbers() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Sandbox sandbox = host().namespaces(Namespace.allBut(Namespace.PID)).build();
                Pool pool = full(sandbox, 1)) {
            assertThat(pool.run("sh", "-c", "echo $((6 * 7))").orThrow().stdout())
                    .isEqualTo("42\n");
        }
    }

    @Test
    void andOneThatIsUnprivileged() throws Exception {
        Powers.require(Power.LANDLOCK_SCOPES);
        try (Sandbox sandbox = host().isolation(Isolation.UNPRIVILEGED).build();
                Pool pool = full(sandbox, 2)) {
            assertThat(pool.run("sh", "-c", "echo here").orThrow().stdout()).isEqualTo("here\n");
            assertThat(pool.run("sh", "-c", "sleep 600 & exit 3").exitCode()).isEqualTo(3);
            assertThat(pool.stats().cold()).isZero();
        }
    }

    /** A filter that refuses what waiting takes is put into force after the wait. */
    @Test
    void aFilterThatLetsNobodyWait() throws Exception {
        SeccompProfile noWaiting =
                SeccompProfile.builder(SeccompProfile.standard())
                        .deny("ppoll", "chdir", "poll")
                        .build();
        Command command =
                Command.of("sh", "-c", "grep Seccomp: /proc/self/status; pwd; cd /; cd /tmp");
        Result result = run(host().seccomp(noWaiting), command.workdir("/usr"));
        assertThat(result.stdout()).isEqualTo("Seccomp:\t2\n/usr\n");
        assertThat(result.exitCode()).isNotZero();
    }

    @Test
    void aFilterThatKillsIsHeard() throws Exception {
        SeccompProfile kills =
                SeccompProfile.builder(SeccompProfile.standard()).kill("mkdir", "mkdirat").build();
        Result result = run(host().seccomp(kills), Command.of("sh", "-c", "mkdir /tmp/x; echo on"));
        assertThat(result.termination()).isEqualTo(new Termination.SyscallDenied("mkdir"));
        assertThat(result.stdout()).isEmpty();
    }

    @Test
    void nothingOfOneIsThereForTheNext() throws Exception {
        String look = "ls /tmp /dev/shm; hostname; readlink /proc/self/ns/*";
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, 2)) {
            Result first =
                    pool.run(
                                    "sh",
                                    "-c",
                                    look
                                            + "; echo secret > /tmp/left; echo x > /dev/shm/left; sleep 600 &")
                            .orThrow();
            Result second = pool.run("sh", "-c", look).orThrow();
            assertThat(second.stdout()).doesNotContain("left");
            List<String> shared =
                    first.stdout()
                            .lines()
                            .filter(second.stdout().lines().toList()::contains)
                            .toList();
            assertThat(shared)
                    .noneMatch(line -> line.matches("(mnt|pid|net|ipc|uts|user|cgroup):.*"));
        }
    }

    @Test
    void whoeverIsLeftBehindIsDeadWhenTheResultIsThere() throws Exception {
        String mark = "600." + System.nanoTime();
        Result result =
                run(
                        host(),
                        Command.of(
                                "sh",
                                "-c",
                                "for i in 1 2 3; do (setsid sleep "
                                        + mark
                                        + " &) ; done; echo done"));
        assertThat(result.stdout()).isEqualTo("done\n");
        assertThat(Proc.withArgument(mark)).isEmpty();
    }

    @Test
    void errorsAreThoseOfAColdOne() throws Exception {
        Path script = temp.resolve("script");
        Files.writeString(script, "#!/no/interpreter\n");
        assertThat(script.toFile().setExecutable(true, false)).isTrue();
        try (Sandbox sandbox = host().mount(Mount.readOnly(temp, "/mnt")).build();
                Pool pool = full(sandbox, 1)) {
            for (Command wrong :
                    List.of(
                            Command.of("no-such-program"),
                            Command.of("/mnt/script"),
                            Command.of("/mnt"),
                            Command.of("true").env("PATH", "/nowhere"))) {
                assertThat(catchThrowable(() -> pool.run(wrong)))
                        .isInstanceOf(CommandException.class)
                        .hasMessage(catchThrowable(() -> sandbox.run(wrong)).getMessage());
            }
            assertThatExceptionOfType(SandboxSetupException.class)
                    .isThrownBy(() -> pool.run(Command.of("true").workdir("/nowhere")))
                    .withMessageContaining("/nowhere");
        }
    }

    @Test
    void inputOfEveryKind() throws Exception {
        byte[] much = new byte[300_000];
        Arrays.fill(much, (byte) 'x');
        Path file = Files.writeString(temp.resolve("input"), "from a file");
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, 1)) {
            Command cat = Command.of("cat");
            assertThat(pool.run(cat).orThrow().stdout()).isEmpty();
            assertThat(pool.run(cat.stdin(Input.of("text"))).stdout()).isEqualTo("text");
            assertThat(pool.run(cat.stdin(Input.of(much))).stdoutBytes()).isEqualTo(much);
            assertThat(pool.run(cat.stdin(Input.of(file))).stdout()).isEqualTo("from a file");
            assertThat(pool.run(cat.stdin(Input.of(new ByteArrayInputStream(much)))).stdoutBytes())
                    .isEqualTo(much);
        }
    }

    @Test
    void outputOfEveryKind() throws Exception {
        Path file = temp.resolve("output");
        List<String> lines = new CopyOnWriteArrayList<>();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, 1)) {
            Command echo = Command.of("sh", "-c", "echo out; echo err >&2");
            assertThat(pool.run(echo.stdout(Output.lines(lines::add))).stderr()).isEqualTo("err\n");
            assertThat(lines).containsExactly("out");
            pool.run(echo.stdout(Output.to(stream)).stderr(Output.discard())).orThrow();
            assertThat(stream.toString(StandardCharsets.UTF_8)).isEqualTo("out\n");
            pool.run(echo.stdout(Output.to(file))).orThrow();
            assertThat(file).hasContent("out\n");
            Result limited = pool.run(Command.of("yes").stdout(Output.capture(1000)));
            assertThat(limited.termination()).isInstanceOf(Termination.OutputLimitExceeded.class);
        }
    }

    /** A pipe takes 4 KiB in one piece; more has to be made to fit. */
    @Test
    void longCommandsAreHandedOverWhole() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, 1)) {
            for (int length : List.of(3_000, 4_000, 20_000, 100_000, 131_000)) {
                String argument = "y".repeat(length);
                assertThat(pool.run("printf", "%s", argument).orThrow().stdout())
                        .isEqualTo(argument);
            }
            assertThat(pool.stats().cold()).isZero();
            String[] most = new String[5];
            // Equal strings would share a place.
            Arrays.setAll(most, i -> i + "z".repeat(100_000));
            most[0] = "true";
            pool.run(most).orThrow();
            assertThat(pool.stats().cold()).isEqualTo(1);
        }
    }

    @Test
    void limitsOfTimeCountFromTheTaking() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, 2)) {
            Result late = pool.run(Command.of("sleep", "600").timeout(Duration.ofMillis(100)));
            assertThat(late.termination()).isInstanceOf(Termination.TimedOut.class);
            Result result = pool.run("sleep", "0.05").orThrow();
            Timings timings = result.timings();
            assertThat(timings.setup()).isZero();
            assertThat(timings.run()).isGreaterThan(Duration.ofMillis(40));
            assertThat(result.usage().wallTime()).isBetween(Duration.ofMillis(50), timings.total());
        }
    }

    @Test
    void cancellingKills() throws Exception {
        String mark = "600." + System.nanoTime();
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, 1)) {
            CompletableFuture<Result> run = pool.runAsync(Command.of("sleep", mark));
            assertThat(Sandboxes.eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();
            run.cancel(true);
            assertThat(Sandboxes.eventually(() -> Proc.withArgument(mark).isEmpty())).isTrue();
        }
    }

    @Test
    void anInterruptKills() throws Exception {
        String mark = "600." + System.nanoTime();
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, 1)) {
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread runner =
                    Thread.ofPlatform()
                            .start(() ->
                                    thrown.complete(catchThrowable(() -> pool.run("sleep", mark))));
            assertThat(Sandboxes.eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();
            runner.interrupt();
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            assertThat(Proc.withArgument(mark)).isEmpty();
        }
    }

    @Test
    void virtualThreadsAndFuturesToo() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, 2)) {
            CompletableFuture<String> virtual = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            virtual.complete(pool.run("echo", "virtual").stdout());
                        } catch (InterruptedException | RuntimeException failure) {
                            virtual.completeExceptionally(failure);
                        }
                    });
            assertThat(virtual.get()).isEqualTo("virtual\n");
            assertThat(pool.runAsync(Command.of("echo", "later")).get().stdout())
                    .isEqualTo("later\n");
        }
    }

    @Test
    void limitsHold() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result =
                run(
                        host().pids(8),
                        Command.of(
                                "sh",
                                "-c",
                                "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done; wait"));
        assertThat(result.usage().maxPids().orElse(8)).isLessThanOrEqualTo(8);
        assertThat(result.stderr()).contains("fork");
    }

    @Test
    void commandsThatCannotBeServedStartCold() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, 1)) {
            pool.run(Command.of("true").stdout(Output.inherit())).orThrow();
            assertThat(pool.stats().cold()).isEqualTo(1);
            assertThat(pool.stats().taken()).isZero();
        }
    }

    @Test
    void withAFreshSetOfNamespaces() throws Exception {
        sameAsCold(host().namespaces(Set.copyOf(Namespace.all())));
    }
}
