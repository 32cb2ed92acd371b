package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxProcess;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.OpenFiles;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A command's streams as those of a process, and further commands as processes. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class PipeTest {

    private static Command piped(String script) {
        return Command.of("sh", "-c", script)
                .stdin(Input.pipe())
                .stdout(Output.pipe())
                .stderr(Output.pipe());
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static Container sleeper() {
        return host().start("sleep", "1000");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theThreeStreamsOfAContainer(boolean init) throws Exception {
        try (Container container =
                host().init(init)
                        .start(
                                piped(
                                        "while read l; do echo \"<$l>\"; done; echo err >&2; exit 4"))) {
            SandboxProcess process = container.process();
            OutputStream stdin = process.getOutputStream();
            InputStream stdout = process.getInputStream();
            stdin.write("one\n".getBytes(StandardCharsets.UTF_8));

            assertThat(new String(stdout.readNBytes(6), StandardCharsets.UTF_8))
                    .isEqualTo("<one>\n");
            assertThat(stdout.available()).isZero();
            stdin.write("two\n".getBytes(StandardCharsets.UTF_8));
            stdin.close();
            assertThat(text(stdout)).isEqualTo("<two>\n");
            assertThat(text(process.getErrorStream())).isEqualTo("err\n");
            assertThat(process.waitFor()).isEqualTo(4);
            assertThatThrownBy(() -> stdin.write(1)).isInstanceOf(IOException.class);
            Result result = process.onResult().join();
            assertThat(result.stdout() + result.stderr()).isEmpty();
        }
    }

    /** As with ProcessBuilder, whose class this is read and written with. */
    @Test
    void itIsAProcessLikeAnyOther() throws Exception {
        try (Container container = sleeper()) {
            Process process = container.startExec("tr", "a-z", "A-Z");
            assertThat(process.isAlive()).isTrue();
            assertThat(process.toHandle().isAlive()).isTrue();
            assertThat(process.toHandle().pid()).isEqualTo(process.pid());
            assertThat(process.supportsNormalTermination()).isTrue();
            try (var writer = process.outputWriter()) {
                writer.write("shout\n");
            }

            assertThat(process.inputReader().readLine()).isEqualTo("SHOUT");
            assertThat(process.onExit().get(30, TimeUnit.SECONDS)).isSameAs(process);
            assertThat(process.exitValue()).isZero();
            assertThat(process.isAlive()).isFalse();
            assertThat(process.destroyForcibly().exitValue()).isZero();
            assertThat(process.toHandle().onExit().get(30, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void destroyIsTermAndDestroyForciblyKill() throws Exception {
        try (Container container = sleeper()) {
            SandboxProcess polite =
                    container.startExec(
                            "sh",
                            "-c",
                            "trap 'exit 5' TERM; echo go; while :; do sleep 0.01; done");
            assertThat(polite.inputReader().readLine()).isEqualTo("go");
            polite.destroy();
            assertThat(polite.waitFor()).isEqualTo(5);

            SandboxProcess stubborn =
                    container.startExec(
                            "sh", "-c", "trap '' TERM; echo go; while :; do sleep 0.01; done");
            assertThat(stubborn.inputReader().readLine()).isEqualTo("go");
            stubborn.destroy();
            assertThat(stubborn.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
            assertThatThrownBy(stubborn::exitValue).isInstanceOf(IllegalThreadStateException.class);
            stubborn.destroyForcibly();
            assertThat(stubborn.waitFor()).isEqualTo(137);
            assertThat(stubborn.onResult().join().termination())
                    .isEqualTo(new Termination.Cancelled());
            stubborn.signal(Signal.TERM);
        }
    }

    @Test
    void aPipelineOfTwo() throws Exception {
        try (Container container = sleeper()) {
            SandboxProcess first = container.startExec("seq", "200000");
            Result last =
                    container.exec(Command.of("wc", "-l").stdin(Input.of(first.getInputStream())));

            assertThat(last.stdout().strip()).isEqualTo("200000");
            assertThat(first.waitFor()).isZero();
        }
    }

    /** What the pipe, the queue and the reactor's buffer hold, and no more. */
    @Test
    void aCommandWaitsWhileNobodyReads() throws Exception {
        String script = "head -c 50000000 /dev/zero; echo done >&2";
        Command command =
                Command.of("sh", "-c", script).stdout(Output.pipe()).stderr(Output.pipe());
        try (Container container = host().start(command)) {
            InputStream stdout = container.process().getInputStream();
            AtomicLong last = new AtomicLong(-1);
            Sandboxes.eventually(() -> {
                long now = available(stdout);
                boolean settled = now > 0 && now == last.getAndSet(now);
                return settled && !Thread.interrupted();
            });
            assertThat(available(stdout)).isBetween(1, 1 << 17);
            assertThat(container.process().getErrorStream().available()).isZero();

            byte[] all = stdout.readAllBytes();

            assertThat(all).hasSize(50_000_000);
            assertThat(text(container.process().getErrorStream())).isEqualTo("done\n");
        }
    }

    private static int available(InputStream stream) {
        try {
            return stream.available();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aWriterWaitsWhileTheCommandDoesNotRead() throws Exception {
        byte[] much = new byte[10_000_000];
        Arrays.fill(much, (byte) 'x');
        try (Container container = sleeper()) {
            SandboxProcess process = container.startExec("sh", "-c", "read go; wc -c");
            CompletableFuture<Boolean> written =
                    CompletableFuture.supplyAsync(() -> {
                        try (OutputStream stdin = process.getOutputStream()) {
                            stdin.write('\n');
                            stdin.write(much);
                            return true;
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
            assertThat(process.inputReader().readLine().strip()).isEqualTo("10000000");
            assertThat(written.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whoWritesToAClosedOneGetsSigpipe() throws Exception {
        try (Container container = sleeper()) {
            SandboxProcess process = container.startExec("yes");
            try (InputStream stdout = process.getInputStream()) {
                assertThat(stdout.read()).isEqualTo('y');
            }

            assertThat(process.onResult().get(30, TimeUnit.SECONDS).termination())
                    .isEqualTo(new Termination.Signaled(13));
            assertThatThrownBy(() -> process.getInputStream().read())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whoWritesToOneWhoReadsNoMoreIsTold() throws Exception {
        try (Container container = sleeper()) {
            SandboxProcess process =
                    container.startExec("sh", "-c", "exec <&-; echo closed; sleep 1000");
            assertThat(process.inputReader().readLine()).isEqualTo("closed");

            assertThatThrownBy(() -> process.getOutputStream().write(new byte[1 << 20]))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("broken pipe");
            process.destroyForcibly();
            process.waitFor();
        }
    }

    @Test
    void anInterruptEndsTheWaitForOutputAndLosesNone() throws Exception {
        try (Container container = sleeper()) {
            SandboxProcess process = container.startExec("cat");
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            for (Thread.Builder kind :
                    new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
                Thread reader =
                        kind.start(() -> {
                            try {
                                process.getInputStream().read();
                            } catch (IOException e) {
                                thrown.set(e);
                            }
                        });
                reader.interrupt();
                reader.join();
                assertThat(thrown.getAndSet(null)).isInstanceOf(InterruptedIOException.class);
            }
            process.getOutputStream().write('x');
            assertThat(process.getInputStream().read()).isEqualTo('x');
            process.getOutputStream().close();
            assertThat(process.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** More than there are processors: a reader that pinned its carrier would hold up the rest. */
    @Test
    void anyNumberOfVirtualThreadsMayRead() throws Exception {
        int many = 4 * Runtime.getRuntime().availableProcessors();
        try (Container container = sleeper()) {
            SandboxProcess[] all = new SandboxProcess[many];
            Thread[] readers = new Thread[many];
            AtomicLong sum = new AtomicLong();
            for (int i = 0; i < many; i++) {
                SandboxProcess process = container.startExec("cat");
                all[i] = process;
                readers[i] =
                        Thread.ofVirtual()
                                .start(() -> {
                                    try {
                                        sum.addAndGet(process.getInputStream().read());
                                    } catch (IOException e) {
                                        throw new AssertionError(e);
                                    }
                                });
            }
            for (int i = 0; i < many; i++) {
                int number = i;
                Thread writer =
                        Thread.ofVirtual()
                                .start(() -> {
                                    try (OutputStream stdin = all[number].getOutputStream()) {
                                        stdin.write(number + 1);
                                    } catch (IOException e) {
                                        throw new AssertionError(e);
                                    }
                                });
                writer.join();
            }
            for (int i = 0; i < many; i++) {
                readers[i].join();
                assertThat(all[i].waitFor()).isZero();
            }
            assertThat(sum).hasValue(many * (many + 1L) / 2);
        }
    }

    @Test
    void whatIsNoPipeIsEmpty() throws Exception {
        Command command = Command.of("sh", "-c", "cat; echo kept").stdout(Output.capture(100));
        try (Container container = sleeper()) {
            SandboxProcess process = container.startExec(command.stdin(Input.of("given ")));

            assertThat(process.getInputStream().read()).isEqualTo(-1);
            process.getOutputStream().write(1);
            assertThat(process.onResult().join().stdout()).isEqualTo("given kept\n");
        }
    }

    @Test
    void whoHandsOutNoProcessRefusesPipes() {
        Command in = Command.of("cat").stdin(Input.pipe());
        Command out = Command.of("cat").stdout(Output.pipe());
        Command err = Command.of("cat").stderr(Output.pipe());
        try (Sandbox sandbox = host().build();
                Container container = sandbox.start("sleep", "1000")) {
            assertThatThrownBy(() -> sandbox.run(in))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessage(
                            "command: its stdin is Input.pipe(), of which run() hands nobody the other end;"
                                    + " use Sandbox.start() or Container.startExec()");
            assertThatThrownBy(() -> container.exec(out))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("stdout is Output.pipe(), of which exec()");
            assertThatThrownBy(() -> sandbox.runAsync(err).get())
                    .hasCauseInstanceOf(SandboxConfigException.class);
            assertThatThrownBy(() -> container.execAsync(in).get())
                    .hasCauseInstanceOf(SandboxConfigException.class);
        }
    }

    @Test
    void execWithoutWaiting() throws Exception {
        try (Container container = sleeper()) {
            assertThat(container.execAsync(Command.of("echo", "hello")).get().stdout())
                    .isEqualTo("hello\n");
            assertThatThrownBy(() -> container.execAsync(Command.of("/no/such")).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(CommandException.class);
            CompletableFuture<Result> late =
                    container.execAsync(Command.of("sleep", "1000").timeout(Duration.ofMillis(20)));
            assertThat(late.get().termination()).isInstanceOf(Termination.TimedOut.class);
            container.kill();
            container.waitFor();
            assertThatThrownBy(() -> container.execAsync(Command.of("true")).get())
                    .hasCauseInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> container.startExec("true"))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void cancelingTheFutureKillsTheCommand() throws Exception {
        String mark = "851." + System.nanoTime() % 1_000_000_000L;
        try (Container container = sleeper()) {
            CompletableFuture<Result> future = container.execAsync(Command.of("sleep", mark));
            assertThat(Sandboxes.eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();

            assertThat(future.cancel(true)).isTrue();

            assertThat(Sandboxes.eventually(() -> Proc.withArgument(mark).isEmpty())).isTrue();
            assertThat(container.exec("true").exitCode()).isZero();
        }
    }

    @Test
    void startExecTellsAtOnceThatThereIsNoSuchProgram() throws Exception {
        try (Container container = sleeper()) {
            assertThatThrownBy(() -> container.startExec("/no/such"))
                    .isInstanceOf(CommandException.class);
            assertThatThrownBy(() -> container.startExec("/etc/passwd"))
                    .isInstanceOf(CommandException.class);
        }
    }

    @Test
    void aReaderSeesTheEndWhenTheContainerEnds() throws Exception {
        Container container = sleeper();
        SandboxProcess process = container.startExec("sh", "-c", "echo begun; sleep 1000");
        InputStream stdout = process.getInputStream();
        assertThat(stdout.readNBytes(6)).hasSize(6);
        CompletableFuture<Integer> read =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return stdout.read();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
        container.close();

        assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
        assertThat(process.waitFor()).isEqualTo(137);
    }

    @Test
    void nothingStaysOpen() throws Exception {
        try (Container container = sleeper()) {
            container.startExec("true").waitFor();
            OpenFiles before = OpenFiles.now();
            for (int i = 0; i < 50; i++) {
                SandboxProcess process = container.startExec("cat");
                process.getOutputStream().write('x');
                if (i % 2 == 0) {
                    process.getOutputStream().close();
                } else {
                    process.destroyForcibly();
                }
                process.waitFor();
                if (i % 3 == 0) {
                    process.getInputStream().close();
                }
            }
            before.expectNoMore();
            assertThat(Path.of("/proc/self/fd")).isDirectory();
        }
    }
}
