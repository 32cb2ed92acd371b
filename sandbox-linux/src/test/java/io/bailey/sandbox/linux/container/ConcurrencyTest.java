package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.eventually;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.container.DescriptorLimitTest.Gate;
import io.bailey.sandbox.linux.testing.ChildJvm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Many threads, of both kinds, and what they do to each other's sandboxes. */
@ExtendWith(LeakAudit.class)
@Timeout(240)
class ConcurrencyTest {
    private static final int CROWD = 200;

    /** For all of a crowd together, on one slow processor. */
    private static final Duration LONG = Duration.ofSeconds(120);

    private static final Termination CANCELLED = new Termination.Cancelled();

    @TempDir Path temporary;

    private static String mark() {
        return "900." + (1_000_000_000L + System.nanoTime() % 1_000_000_000L);
    }

    /** Runs the work of each number in a virtual thread. Returns what they return. */
    private static <T> List<T> all(int count, IntFunction<Callable<T>> work) throws Exception {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<T>> tasks = IntStream.range(0, count).mapToObj(work).toList();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
        }
        return results;
    }

    /**
     * As many sandboxes as threads, and none ends before all have begun: a thread that held its
     * carrier while it waits would hold up the rest for good. Returns what each printed.
     */
    private static List<String> crowd() throws Exception {
        CountDownLatch all = new CountDownLatch(CROWD);
        try (Sandbox sandbox = Sandbox.builder().timeout(LONG).build()) {
            return ConcurrencyTest.all(CROWD, number -> () -> member(sandbox, number, all));
        }
    }

    private static String member(Sandbox sandbox, int number, CountDownLatch all)
            throws InterruptedException {
        List<String> lines = new ArrayList<>();
        Command command =
                Command.of("sh", "-c", "echo here; read all; echo $N >&2")
                        .env("N", "" + number)
                        .stdin(Input.of(new Gate(all)))
                        .stdout(
                                Output.lines(line -> {
                                    lines.add(line);
                                    all.countDown();
                                }));
        Result result = sandbox.run(command);
        return lines + " " + result.stderr().strip() + " " + result.termination();
    }

    @Test
    void twoHundredVirtualThreadsAreAllInASandboxAtOnce() throws Exception {
        List<String> printed = crowd();

        assertThat(printed).hasSize(CROWD).doesNotHaveDuplicates();
        assertThat(printed).allMatch(line -> line.matches("\\[here] \\d+ Exited\\[code=0]"));
    }

    /** The crowd in a JVM with one carrier thread, which a flight recorder looks at. */
    static final class OneCarrier {
        /** Parks where a virtual thread cannot leave its carrier: the recorder must see this. */
        static final class Deliberate {
            static {
                LockSupport.parkNanos(100_000_000);
            }

            private Deliberate() {}

            static void touch() {
                // Being initialized is all.
            }
        }

        /** Prints how many of the crowd were right. */
        public static void main(String[] args) throws Exception {
            Thread.ofVirtual().name("pinned").start(Deliberate::touch).join();
            System.out.println(crowd().stream().filter(l -> l.endsWith("code=0]")).count());
        }
    }

    @Test
    void noneOfThemHoldsItsCarrier() throws Exception {
        Path recording = temporary.resolve("pinned.jfr");
        String event = "+jdk.VirtualThreadPinned#";
        ChildJvm jvm =
                ChildJvm.run(
                        "",
                        List.of(
                                "-Djdk.virtualThreadScheduler.parallelism=1",
                                "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                                "-Djava.io.tmpdir=" + temporary,
                                "-Xlog:disable",
                                "-XX:StartFlightRecording:settings=none,filename="
                                        + recording
                                        + ","
                                        + event
                                        + "enabled=true,"
                                        + event
                                        + "threshold=0ms,"
                                        + event
                                        + "stackTrace=true"),
                        OneCarrier.class);
        assertThat(jvm.lines()).endsWith("" + CROWD);

        List<String> events = pinned(recording);
        assertThat(events).anyMatch(text -> text.contains("OneCarrier$Deliberate"));
        assertThat(events)
                .filteredOn(text -> !text.contains("OneCarrier$Deliberate"))
                .filteredOn(text -> text.contains("io.bailey.") && milliseconds(text) > 20)
                .isEmpty();
    }

    /** The recorded events, as the JDK's own tool prints them. */
    private static List<String> pinned(Path recording) throws Exception {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "jfr");
        Process jfr =
                new ProcessBuilder(
                                tool.toString(),
                                "print",
                                "--stack-depth",
                                "64",
                                recording.toString())
                        .redirectErrorStream(true)
                        .start();
        try (var output = jfr.inputReader()) {
            jfr.getOutputStream().close();
            return List.of(output.readAllAsString().split("jdk.VirtualThreadPinned \\{", -1));
        } finally {
            jfr.waitFor(30, TimeUnit.SECONDS);
        }
    }

    private static double milliseconds(String event) {
        String duration = event.replaceAll("(?s).*duration = ([^\n]*)\n.*", "$1");
        double number = Double.parseDouble(duration.replaceAll("[^0-9.]", ""));
        return duration.endsWith(" ms") ? number : duration.endsWith(" s") ? number * 1000 : 0;
    }

    /** One recipe, eight threads, three ways to run it, and each has only its own. */
    @Test
    void aSandboxServesManyThreads() throws Exception {
        try (Sandbox sandbox = host().env("WHO", "nobody").build()) {
            assertThat(all(8, thread -> () -> servesRightly(sandbox, thread)))
                    .hasSize(8)
                    .containsOnly(true);
        }
    }

    private static boolean servesRightly(Sandbox sandbox, int thread) throws Exception {
        for (int round = 0; round < 15; round++) {
            String who = thread + "." + round;
            Command command =
                    Command.of("sh", "-c", "echo $WHO; cat; exit " + thread)
                            .env("WHO", who)
                            .stdin(Input.of("for " + who));
            Result result =
                    switch (round % 3) {
                        case 0 -> sandbox.run(command);
                        case 1 -> sandbox.runAsync(command).get(30, TimeUnit.SECONDS);
                        default -> started(sandbox, command);
                    };
            assertThat(result.stdout()).isEqualTo(who + "\nfor " + who);
            assertThat(result.exitCode()).isEqualTo(thread);
        }
        return true;
    }

    private static Result started(Sandbox sandbox, Command command) throws InterruptedException {
        try (Container container = sandbox.start(command)) {
            return container.waitFor();
        }
    }

    private static Thread.Builder thread(boolean virtual) {
        return virtual
                ? Thread.ofVirtual().name("test-runs")
                : Thread.ofPlatform().name("test-runs");
    }

    /** What a thread saw when its run was over. */
    private record Seen(Throwable thrown, boolean gone, boolean interrupted) {}

    private static Thread run(
            boolean virtual, Command command, String mark, AtomicReference<Seen> seen) {
        return thread(virtual)
                .start(() -> {
                    Throwable thrown = null;
                    try {
                        host().run(command);
                    } catch (InterruptedException | RuntimeException failure) {
                        thrown = failure;
                    }
                    boolean gone = Proc.withArgument(mark).isEmpty();
                    seen.set(new Seen(thrown, gone, Thread.currentThread().isInterrupted()));
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptEndsTheRunAndWhenItIsToldTheSandboxIsGone(boolean virtual) throws Exception {
        String mark = mark();
        AtomicReference<Seen> seen = new AtomicReference<>();
        Command deaf = Command.of("sh", "-c", "trap '' TERM INT; sleep " + mark);
        Thread runner = run(virtual, deaf, mark, seen);
        assertThat(eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();

        runner.interrupt();

        assertThat(runner.join(Sandboxes.PATIENCE)).isTrue();
        assertThat(seen.get().thrown()).isInstanceOf(InterruptedException.class);
        assertThat(seen.get().gone()).isTrue();
        assertThat(seen.get().interrupted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aThreadThatIsInterruptedAlreadyRunsNothingToItsEnd(boolean virtual) throws Exception {
        String mark = mark();
        AtomicReference<Seen> seen = new AtomicReference<>();
        Thread runner =
                thread(virtual)
                        .start(() -> {
                            Thread.currentThread().interrupt();
                            Throwable thrown = null;
                            try {
                                host().run("sleep", mark);
                            } catch (InterruptedException | RuntimeException failure) {
                                thrown = failure;
                            }
                            seen.set(new Seen(thrown, Proc.withArgument(mark).isEmpty(), false));
                        });

        assertThat(runner.join(Sandboxes.PATIENCE)).isTrue();
        assertThat(seen.get().thrown()).isInstanceOf(InterruptedException.class);
        assertThat(seen.get().gone()).isTrue();
    }

    /** The caller's own consumer must not keep the caller. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptEndsTheRunThoughAConsumerIsStuck(boolean virtual) throws Exception {
        String mark = mark();
        AtomicReference<Seen> seen = new AtomicReference<>();
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Command command =
                Command.of("sh", "-c", "echo x; exec sleep " + mark)
                        .stdout(
                                Output.lines(line -> {
                                    stuck.countDown();
                                    awaitOrThrow(never);
                                }));
        Thread runner = run(virtual, command, mark, seen);
        try {
            assertThat(stuck.await(30, TimeUnit.SECONDS)).isTrue();
            runner.interrupt();

            assertThat(runner.join(Sandboxes.PATIENCE)).isTrue();
            assertThat(seen.get().thrown()).isInstanceOf(InterruptedException.class);
            assertThat(seen.get().gone()).isTrue();
        } finally {
            never.countDown();
            runner.join();
        }
    }

    private static void awaitOrThrow(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCanceledFutureKillsItsSandbox(boolean mayInterrupt) {
        String mark = mark();
        try (Sandbox sandbox = host().build()) {
            CompletableFuture<Result> future = sandbox.runAsync(Command.of("sleep", mark));
            assertThat(eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();

            assertThat(future.cancel(mayInterrupt)).isTrue();

            assertThat(future).isCancelled();
            assertThat(eventually(() -> Proc.withArgument(mark).isEmpty())).isTrue();
            assertThat(future.cancel(mayInterrupt)).isTrue();
        }
    }

    /** Whoever waits, however it is ended, all see the same end. */
    @Test
    void allWhoWaitSeeTheSameEnd() throws Exception {
        try (Container container = host().start("sh", "-c", "trap '' TERM; sleep 1000 & wait")) {
            List<Result> results =
                    all(
                            24,
                            number ->
                                    switch (number % 3) {
                                        case 0 -> container::waitFor;
                                        case 1 -> () -> container.onExit().get();
                                        default -> () -> ended(container);
                                    });
            assertThat(results).hasSize(24).containsOnly(container.waitFor());
            assertThat(container.waitFor().termination()).isEqualTo(CANCELLED);
        }
    }

    private static Result ended(Container container) throws InterruptedException {
        container.stop(Duration.ZERO);
        container.kill();
        container.close();
        return container.waitFor();
    }

    /** When close returns, nothing is alive and nothing is begun, whoever is starting meanwhile. */
    @Test
    void closeIsTheEndForThoseWhoAreStarting() throws Exception {
        for (int round = 0; round < 20; round++) {
            String mark = mark();
            Sandbox sandbox = host().build();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Boolean>> starters = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    starters.add(threads.submit(() -> startUntilClosed(sandbox, mark)));
                }
                assertThat(eventually(() -> Proc.withArgument(mark).size() > 8)).isTrue();

                sandbox.close();
                List<Long> alive = Proc.withArgument(mark);

                for (Future<Boolean> starter : starters) {
                    assertThat(starter.get()).isTrue();
                }
                assertThat(alive).isEmpty();
                assertThat(Proc.withArgument(mark)).isEmpty();
            }
        }
    }

    /** Starts one after another. Returns whether in the end the sandbox was closed. */
    private static boolean startUntilClosed(Sandbox sandbox, String mark) {
        try {
            for (int i = 0; i < 100; i++) {
                Container unused = sandbox.start("sleep", mark);
            }
            return false;
        } catch (IllegalStateException closed) {
            return true;
        }
    }
}
