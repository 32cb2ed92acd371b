package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.eventually;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Where the two output streams of a command go, and how much of them. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class StdoutTest {
    private static final int TEN_MEGABYTES = 10_000_000;
    private static final int LONGEST_LINE = 1 << 20;

    @TempDir Path temporary;

    private static Command sh(String script) {
        return Command.of("sh", "-c", script);
    }

    private static byte[] noise() {
        byte[] bytes = new byte[TEN_MEGABYTES];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /** What a script printed, as the consumer got it. */
    private static List<String> lines(Command command) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        host().outputLimit("16M").run(command.stdout(Output.lines(lines::add))).orThrow();
        return lines;
    }

    @Test
    void theTwoStreamsAreKeptApart() throws InterruptedException {
        Result result = host().run(sh("echo out; echo err >&2; echo again"));

        assertThat(result.stdout()).isEqualTo("out\nagain\n");
        assertThat(result.stderr()).isEqualTo("err\n");
        assertThat(result.truncated()).isFalse();
    }

    @Test
    void tenMegabytesOnBothAtOnceArriveByteForByte() throws InterruptedException {
        byte[] content = noise();

        for (boolean init : new boolean[] {true, false}) {
            Result result =
                    host().init(init)
                            .outputLimit("16M")
                            .run(sh("tee /dev/stderr").stdin(Input.of(content)));

            assertThat(result.stdoutBytes()).isEqualTo(content);
            assertThat(result.stderrBytes()).isEqualTo(content);
            assertThat(result.truncated()).isFalse();
        }
    }

    /** The one stream is not read to its end before the other is begun. */
    @Test
    void neitherStreamWaitsForTheOther() throws InterruptedException {
        Result result =
                host().outputLimit("16M")
                        .run(sh("head -c 10000000 /dev/zero >&2; head -c 10000000 /dev/zero"));

        assertThat(result.orThrow().stdoutBytes()).hasSize(TEN_MEGABYTES);
        assertThat(result.stderrBytes()).hasSize(TEN_MEGABYTES);
    }

    @Test
    void aCaptureKeepsTheFirstBytesAndSaysWhatIsMissing() throws InterruptedException {
        Command digits = sh("printf 0123456789; printf abcde >&2");

        Result cut = host().run(digits.stdout(Output.capture(9)));
        assertThat(cut.termination()).isEqualTo(new Termination.Exited(0));
        assertThat(cut.stdout()).isEqualTo("012345678");
        assertThat(cut.truncated()).isTrue();

        Result exact = host().run(digits.stdout(Output.capture(10)).stderr(Output.capture(5)));
        assertThat(exact.stdout() + exact.stderr()).isEqualTo("0123456789abcde");
        assertThat(exact.truncated()).isFalse();

        Result other = host().run(digits.stderr(Output.capture(1)));
        assertThat(other.stderr()).isEqualTo("a");
        assertThat(other.truncated()).isTrue();
    }

    @Test
    void asMuchAsTheLimitIsNotTooMuch() throws InterruptedException {
        Result result = host().outputLimit("100").run(sh("head -c 100 /dev/zero"));

        assertThat(result.orThrow().stdoutBytes()).hasSize(100);
        assertThat(result.truncated()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void oneByteMoreThanTheLimitEndsTheCommand(OutputStreamKind stream)
            throws InterruptedException {
        String to = stream == OutputStreamKind.STDOUT ? "" : " >&2";
        Result result =
                host().outputLimit("100").run(sh("head -c 101 /dev/zero" + to + "; sleep 1000"));

        assertThat(result.termination())
                .isEqualTo(new Termination.OutputLimitExceeded(stream, MemorySize.of(100)));
        assertThat(result.stdoutBytes().length + result.stderrBytes().length).isEqualTo(100);
        assertThat(result.truncated()).isTrue();
    }

    @Test
    void endlessOutputEndsWhereverItGoes() throws InterruptedException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        List<String> lines = new ArrayList<>();
        Path file = temporary.resolve("file");
        for (Output output :
                List.of(
                        Output.capture(),
                        Output.capture(3),
                        Output.to(stream),
                        Output.to(file),
                        Output.lines(lines::add))) {
            Result result = host().outputLimit("10000").run(Command.of("yes").stdout(output));

            assertThat(result.termination()).isInstanceOf(Termination.OutputLimitExceeded.class);
        }
        // All of it until then is there.
        assertThat(stream.toString(UTF_8)).isEqualTo("y\n".repeat(5_000));
        assertThat(file).hasContent(stream.toString(UTF_8));
        assertThat(lines).hasSize(5_000).containsOnly("y");
    }

    @Test
    void aCaptureMayKeepMoreThanTheLimitOfTheSandbox() throws InterruptedException {
        Command twoThousand = sh("head -c 2000 /dev/zero").stdout(Output.capture(2000));

        assertThat(host().outputLimit("1000").run(twoThousand).orThrow().stdoutBytes())
                .hasSize(2000);
    }

    @Test
    void thenThatIsTheLimitWhichIsTold() throws InterruptedException {
        Result result =
                host().outputLimit("1000").run(Command.of("yes").stdout(Output.capture(2000)));

        assertThat(result.stdoutBytes()).hasSize(2000);
        assertThat(result.termination())
                .isEqualTo(
                        new Termination.OutputLimitExceeded(
                                OutputStreamKind.STDOUT, MemorySize.of(2000)));
    }

    @Test
    void whatIsDiscardedHasNoLimit() throws InterruptedException {
        Result result =
                host().outputLimit("10")
                        .run(
                                sh("head -c 10000000 /dev/zero; echo end >&2")
                                        .stdout(Output.discard()));

        assertThat(result.orThrow().stdoutBytes()).isEmpty();
        assertThat(result.stderr()).isEqualTo("end\n");
    }

    @Test
    void linesComeWithoutTheirEnds() throws InterruptedException {
        assertThat(lines(sh("printf 'a\\r\\n\\n  b \\nlast'")))
                .containsExactly("a", "", "  b ", "last");
        assertThat(lines(sh("printf 'a\\n\\n'"))).containsExactly("a", "");
        assertThat(lines(sh("true"))).isEmpty();
    }

    @Test
    void whatIsNotUtf8BecomesTheReplacement() throws InterruptedException {
        assertThat(lines(sh("printf 'a\\377b\\n\\303\\nc\\342\\202'")))
                .containsExactly("a\uFFFDb", "\uFFFD", "c\uFFFD");
    }

    /**
     * The command goes on only when the line before has been handed over, so its writes are two.
     */
    @Test
    void aLineMayComeInPieces() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        List<String> lines = new ArrayList<>();
        Command halves =
                sh("printf 'first\\nsec\\303'; read go; printf '\\251ond\\n'")
                        .stdin(Input.of(after(first)))
                        .stdout(
                                Output.lines(line -> {
                                    lines.add(line);
                                    first.countDown();
                                }));
        host().run(halves).orThrow();

        assertThat(lines).containsExactly("first", "secéond");
    }

    /** Ends once {@code latch} is down. */
    private static InputStream after(CountDownLatch latch) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                await(latch);
                return -1;
            }
        };
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    @Test
    void aVeryLongLineComesInPieces() throws InterruptedException {
        List<String> pieces = lines(sh("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo next"));

        assertThat(lengths(pieces))
                .containsExactly(LONGEST_LINE, LONGEST_LINE, 3_000_000 - 2 * LONGEST_LINE, 4);
        assertThat(String.join("", pieces).equals("x".repeat(3_000_000) + "next")).isTrue();
    }

    @Test
    void theLongestLineComesInOne() throws InterruptedException {
        assertThat(lengths(lines(sh("head -c 1048576 /dev/zero | tr '\\0' x; echo; echo next"))))
                .containsExactly(LONGEST_LINE, 4);
    }

    /** Nobody wants to read a megabyte in a failure. */
    private static List<Integer> lengths(List<String> lines) {
        return lines.stream().map(String::length).toList();
    }

    /** A carriage return in the middle of a line is no line end, wherever the line is cut. */
    @Test
    void nothingIsLostWhereALongLineIsCut() throws InterruptedException {
        Command returns = sh("head -c 3000000 /dev/zero | tr '\\0' '\\r'; echo x");

        assertThat(String.join("", lines(returns))).hasSize(3_000_001);
    }

    @Test
    void aFileIsMadeOrEmptied() throws Exception {
        Path made = temporary.resolve("made");
        Path there = Files.writeString(temporary.resolve("there"), "what was there before");

        Result result =
                host().run(
                                sh("echo out; echo err >&2")
                                        .stdout(Output.to(made))
                                        .stderr(Output.to(there)));

        assertThat(made).hasContent("out\n");
        assertThat(there).hasContent("err\n");
        assertThat(result.orThrow().stdoutBytes()).isEmpty();
    }

    @Test
    void aFileThatCannotBeOpenedIsNamedWithItsErrno() {
        Path none = temporary.resolve("none/file");

        SandboxSetupException failure =
                catchThrowableOfType(
                        SandboxSetupException.class,
                        () -> host().run(sh("true").stdout(Output.to(none))));

        assertThat(failure.object()).isEqualTo(none.toString());
        assertThat(failure.errno()).isEqualTo("ENOENT");
    }

    @Test
    void aStreamGetsEverythingAndIsFlushedNotClosed() throws InterruptedException {
        AtomicReference<String> last = new AtomicReference<>("");
        ByteArrayOutputStream stream =
                new ByteArrayOutputStream() {
                    @Override
                    public void flush() {
                        last.set("flushed");
                    }

                    @Override
                    public void close() {
                        last.set("closed");
                    }
                };
        byte[] content = noise();

        host().outputLimit("16M")
                .run(Command.of("cat").stdin(Input.of(content)).stdout(Output.to(stream)))
                .orThrow();

        assertThat(stream.toByteArray()).isEqualTo(content);
        assertThat(last).hasValue("flushed");
    }

    /** A JVM of its own, for this one's streams are not the test's. */
    static final class Heir {
        private Heir() {}

        public static void main(String[] args) throws InterruptedException {
            Command both = sh("echo to stdout; echo to stderr >&2; readlink /proc/$$/fd/1");
            Result result = host().run(both.stdout(Output.inherit()).stderr(Output.inherit()));
            System.out.println(result.termination() + " " + result.stdoutBytes().length);
        }
    }

    @Test
    void whatIsInheritedIsTheJvmsOwn() throws Exception {
        Path out = temporary.resolve("out");
        ChildJvm jvm = ChildJvm.run("exec >" + out + ";", List.of(), Heir.class);

        assertThat(jvm.lines()).containsExactly("to stderr");
        assertThat(Files.readAllLines(out))
                .hasSize(3)
                .startsWith("to stdout")
                .endsWith("Exited[code=0] 0");
    }

    @Test
    void whatAConsumerThrowsEndsTheCommandAndReachesTheCaller() {
        List<Throwable> thrown =
                List.of(new IllegalArgumentException("mine"), new AssertionError("mine"));
        for (Throwable mine : thrown) {
            AtomicInteger seen = new AtomicInteger();
            SandboxException failure =
                    catchThrowableOfType(
                            SandboxException.class,
                            () ->
                                    host().run(
                                                    sh("echo 1; echo 2; echo 3; sleep 1000")
                                                            .stdout(
                                                                    Output.lines(line -> {
                                                                        if (seen.incrementAndGet()
                                                                                == 2) {
                                                                            sneak(mine);
                                                                        }
                                                                    }))));

            assertThat(failure).hasMessageContaining("mine").cause().isSameAs(mine);
            assertThat(seen).hasValue(2);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void soDoesWhatAStreamThrows() {
        IOException full = new IOException("disk full");
        OutputStream broken =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw full;
                    }
                };

        assertThat(
                        catchThrowableOfType(
                                SandboxException.class,
                                () -> host().run(Command.of("yes").stdout(Output.to(broken)))))
                .cause()
                .isSameAs(full);
    }

    /** The command writes to the one stream how far it has come with the other. */
    @Test
    void aSlowConsumerSlowsTheCommandAndLosesNothing() throws Exception {
        AtomicInteger blocks = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        ByteArrayOutputStream slow =
                new ByteArrayOutputStream() {
                    @Override
                    public void write(byte[] bytes) throws IOException {
                        await(go);
                        super.write(bytes);
                    }
                };
        Command command =
                sh("for i in $(seq 100); do head -c 100000 /dev/zero; echo $i >&2; done")
                        .stdout(Output.to(slow))
                        .stderr(Output.lines(line -> blocks.set(Integer.parseInt(line))));
        try (Container container = host().outputLimit("16M").start(command)) {
            assertThat(eventually(() -> blocks.get() >= 10)).isTrue();
            assertThat(eventually(Duration.ofSeconds(1), () -> blocks.get() > 50)).isFalse();

            go.countDown();

            assertThat(container.waitFor(Sandboxes.PATIENCE).orElseThrow().success()).isTrue();
        }
        assertThat(blocks).hasValue(100);
        assertThat(slow.toByteArray()).hasSize(TEN_MEGABYTES);
    }

    /** Each pause of the consumer's stops the reading, and each end of one must begin it again. */
    @Test
    void aConsumerThatIsNowFastNowSlowHangsNobody() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            ByteArrayOutputStream uneven =
                    new ByteArrayOutputStream() {
                        @Override
                        public void write(byte[] bytes) throws IOException {
                            super.write(bytes);
                            if (size() % (1 << 20) < bytes.length) {
                                LockSupport.parkNanos(500_000);
                            }
                        }
                    };
            Command command = sh("head -c 8000000 /dev/zero").stdout(Output.to(uneven));

            Result result = host().outputLimit("64M").run(command);

            assertThat(result.termination()).isEqualTo(new Termination.Exited(0));
            assertThat(uneven.size()).isEqualTo(8_000_000);
        }
    }

    /** A limit on the command's time is none on its consumer's. */
    @Test
    void aSlowConsumerIsNoReasonForATimeout() throws Exception {
        Duration limit = Duration.ofSeconds(5);

        Result result = heldUp(sh("exit 3").timeout(limit), limit).result();

        assertThat(result.termination()).isEqualTo(new Termination.Exited(3));
    }

    @Test
    void aSlowConsumerIsNotTheCommandsWallTime() throws Exception {
        HeldUp heldUp = heldUp(sh("exit 3"), Duration.ofSeconds(1));

        assertThat(heldUp.result().usage().wallTime()).isLessThanOrEqualTo(heldUp.lived());
    }

    /**
     * @param lived from before the start until nothing of it was alive
     */
    private record HeldUp(Result result, Duration lived) {}

    /**
     * Runs a command whose output is not taken until it has been dead for longer than {@code time}.
     */
    private static HeldUp heldUp(Command command, Duration time) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        OutputStream slow =
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        // Everything is done in flush().
                    }

                    @Override
                    public void flush() throws IOException {
                        await(go);
                    }
                };
        long began = System.nanoTime();
        try (Container container = host().start(command.stdout(Output.to(slow)))) {
            Optional<Proc> init = Proc.of(container.pid());
            assertThat(eventually(() -> init.stream().noneMatch(Proc::isAlive))).isTrue();
            long ended = System.nanoTime();
            assertThat(eventually(() -> System.nanoTime() - ended > time.toNanos())).isTrue();

            go.countDown();

            return new HeldUp(container.waitFor(), Duration.ofNanos(ended - began));
        } finally {
            go.countDown();
        }
    }

    /** Here the kernel does not kill it with the init, and the pipe stays open in its hands. */
    @Test
    void whoKeepsTheStreamsOpenDoesNotKeepTheRun() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        String mark = "700." + (1_000_000_000L + System.nanoTime() % 1_000_000_000L);

        Result result =
                host().namespaces(Namespace.allBut(Namespace.PID))
                        .run("sh", "-c", "setsid sleep " + mark + " & echo out; exit 5");

        assertThat(result.termination()).isEqualTo(new Termination.Exited(5));
        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(eventually(() -> Proc.withArgument(mark).isEmpty())).isTrue();
    }

    @Test
    void whoKeepsWritingDoesNotKeepTheRun() throws InterruptedException {
        // However much they write before the command ends: a slow machine must not meet the limit.
        Command command =
                Command.of("sh", "-c", "setsid yes & setsid yes >&2 & exit 5")
                        .stdout(Output.capture(4_096))
                        .stderr(Output.capture(4_096));

        Result result = host().outputLimit("2000M").run(command);

        assertThat(result.exitCode()).isEqualTo(5);
    }

    /** Landlock must not take back what a descriptor gives. */
    @Test
    void everyStreamCanBeOpenedAnew() throws Exception {
        String script = "cat /dev/stdin && echo out >/dev/stdout && echo err >/dev/stderr";
        assertThat(host().run("sh", "-c", script).orThrow().stdout()).isEqualTo("out\n");
        Command silent =
                Command.of("sh", "-c", script).stdout(Output.discard()).stderr(Output.discard());
        assertThat(host().run(silent).success()).isTrue();
        assertThat(host().user(1000, 1000).run(silent).success()).isTrue();
    }
}
