package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.eventually;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.Timings;
import io.bailey.sandbox.Usage;
import io.bailey.sandbox.linux.testing.Power;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** A command that was started and is held by a handle. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class ContainerTest {
    private static final Termination CANCELLED = new Termination.Cancelled();
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    /** Says {@code ready}, then waits for signals: a shell does what a trap says between waits. */
    private static final String WAIT = "echo ready; while :; do sleep 1000 & wait $!; done";

    private static final String DEAF = "trap '' TERM; echo ready; while :; do sleep 1000; done";

    /** A started script and what it prints. */
    private record Talk(Container container, BlockingQueue<String> lines) implements AutoCloseable {
        static Talk with(Sandbox.Builder sandbox, String script) throws InterruptedException {
            BlockingQueue<String> lines = new LinkedBlockingQueue<>();
            Command command = Command.of("sh", "-c", script).stdout(Output.lines(lines::add));
            Talk talk = new Talk(sandbox.start(command), lines);
            assertThat(talk.next()).isEqualTo("ready");
            return talk;
        }

        String next() throws InterruptedException {
            String line = lines.poll(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return line == null ? "nothing" : line;
        }

        @Override
        public void close() {
            container.close();
        }
    }

    private static String mark() {
        return "800." + (1_000_000_000L + System.nanoTime() % 1_000_000_000L);
    }

    private static Result end(Container container) throws InterruptedException {
        return container.waitFor(Sandboxes.PATIENCE).orElseThrow();
    }

    /** start returns when the command is executed, not when it ends. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void startReturnsWhileTheCommandRuns(boolean init) throws InterruptedException {
        long began = System.nanoTime();
        String mark = mark();
        try (Container container = host().init(init).start("sleep", mark)) {
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            assertThat(container.process().isAlive()).isTrue();
            assertThat(eventually(() -> Proc.withArgument(mark).size() == 1)).isTrue();
            assertThat(Proc.of(container.pid()).orElseThrow().isAlive()).isTrue();
            assertThat(Proc.withArgument(mark).contains(container.pid())).isEqualTo(!init);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Sandboxes.PATIENCE);
        assertThat(Proc.withArgument(mark)).isEmpty();
    }

    @Test
    void eachHasAnIdOfItsOwnAndTheNameItWasGiven() {
        try (Sandbox named = host().name("here").build();
                Container one = named.start("sleep", "1000");
                Container two = named.start("sleep", "1000");
                Container plain = host().start("sleep", "1000")) {
            assertThat(List.of(one.id(), two.id(), plain.id()))
                    .doesNotHaveDuplicates()
                    .allMatch(id -> id.matches("[0-9a-f]+"));
            assertThat(one.name()).isEqualTo(two.name()).isEqualTo("here");
            assertThat(plain.name()).isEqualTo(plain.id());
            assertThat(one.spec()).isEqualTo(named.spec());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void signalsReachTheCommand(boolean init) throws InterruptedException {
        String traps =
                "for s in HUP INT USR1 USR2 WINCH; do trap \"echo $s\" $s; done;"
                        + " trap 'echo bye; exit 3' TERM; ";
        try (Talk talk = Talk.with(host().init(init), traps + WAIT)) {
            for (Signal signal :
                    List.of(Signal.HUP, Signal.INT, Signal.USR1, Signal.USR2, Signal.WINCH)) {
                talk.container().signal(signal);
                assertThat(talk.next()).isEqualTo(signal.name());
            }
            talk.container().signal(Signal.TERM);
            assertThat(talk.next()).isEqualTo("bye");
            assertThat(end(talk.container()).termination()).isEqualTo(new Termination.Exited(3));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HUP", "TERM", "KILL", "ABRT", "SYS"})
    void aSignalThatIsNotCaughtEndsTheCommand(Signal signal) throws InterruptedException {
        try (Talk talk = Talk.with(host(), WAIT)) {
            talk.container().signal(signal);

            assertThat(end(talk.container()).termination())
                    .isEqualTo(new Termination.Signaled(signal.number()));
        }
    }

    @Test
    void stopAsksFirst() throws InterruptedException {
        for (boolean init : new boolean[] {true, false}) {
            try (Talk talk = Talk.with(host().init(init), "trap 'exit 7' TERM; " + WAIT)) {
                talk.container().stop(FOREVER);

                assertThat(talk.container().state()).isEqualTo(ContainerState.STOPPED);
                assertThat(talk.container().waitFor().termination())
                        .isEqualTo(new Termination.Exited(7));
            }
        }
    }

    @Test
    void stopKillsAfterTheGrace() throws InterruptedException {
        for (boolean init : new boolean[] {true, false}) {
            Duration grace = Duration.ofMillis(300);
            try (Talk talk = Talk.with(host().init(init), DEAF)) {
                long began = System.nanoTime();
                talk.container().stop(grace);

                assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(grace.toNanos());
                assertThat(talk.container().state()).isEqualTo(ContainerState.STOPPED);
                assertThat(talk.container().waitFor().termination()).isEqualTo(CANCELLED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void noGraceIsNone(long seconds) throws InterruptedException {
        try (Talk talk = Talk.with(host(), DEAF)) {
            talk.container().stop(Duration.ofSeconds(seconds));

            assertThat(talk.container().waitFor().termination()).isEqualTo(CANCELLED);
        }
    }

    @Test
    void anInterruptLeavesTheRestOfTheGraceOut() throws InterruptedException {
        try (Talk talk = Talk.with(host(), DEAF)) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread stopper = inThread(() -> talk.container().stop(FOREVER), thrown);
            stopper.interrupt();

            assertThat(stopper.join(Sandboxes.PATIENCE)).isTrue();
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            assertThat(talk.container().state()).isEqualTo(ContainerState.STOPPED);
            assertThat(talk.container().waitFor().termination()).isEqualTo(CANCELLED);
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private static Thread inThread(Work work, AtomicReference<Throwable> thrown) {
        return Thread.ofPlatform()
                .name("test-waits")
                .start(() -> {
                    try {
                        work.run();
                    } catch (InterruptedException | RuntimeException failure) {
                        thrown.set(failure);
                    }
                });
    }

    @Test
    void killEndsEveryProcess() throws InterruptedException {
        String mark = mark();
        String crowd = "for i in 1 2 3; do setsid sleep " + mark + " & done; ";
        for (boolean init : new boolean[] {true, false}) {
            try (Talk talk = Talk.with(host().init(init), crowd + DEAF)) {
                assertThat(eventually(() -> Proc.withArgument(mark).size() == 3)).isTrue();
                talk.container().kill();

                Result result = end(talk.container());
                assertThat(result.termination()).isEqualTo(CANCELLED);
                assertThat(result.exitCode()).isEqualTo(137);
                assertThat(Proc.withArgument(mark)).isEmpty();
            }
        }
    }

    @Test
    void waitForLooksAsLongAsItIsTold() throws InterruptedException {
        try (Talk talk = Talk.with(host(), "trap 'exit 9' TERM; " + WAIT)) {
            Container container = talk.container();
            long began = System.nanoTime();
            assertThat(container.waitFor(Duration.ofMillis(200))).isEmpty();
            assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(200_000_000);
            assertThat(container.waitFor(Duration.ZERO)).isEmpty();
            assertThat(container.waitFor(Duration.ofSeconds(-1))).isEmpty();

            container.signal(Signal.TERM);
            Result result = container.waitFor(FOREVER).orElseThrow();
            assertThat(result.termination()).isEqualTo(new Termination.Exited(9));
            assertThat(container.waitFor()).isEqualTo(result);
            assertThat(container.waitFor(Duration.ZERO)).contains(result);
        }
    }

    @Test
    void anInterruptEndsTheWaitingNotTheContainer() throws InterruptedException {
        try (Talk talk = Talk.with(host(), "trap 'echo alive' USR1; " + WAIT)) {
            Container container = talk.container();
            for (Work wait : List.<Work>of(container::waitFor, () -> container.waitFor(FOREVER))) {
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                Thread waiter = inThread(wait, thrown);
                waiter.interrupt();
                assertThat(waiter.join(Sandboxes.PATIENCE)).isTrue();
                assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            }
            container.signal(Signal.USR1);
            assertThat(talk.next()).isEqualTo("alive");
        }
    }

    @Test
    void nobodyButTheContainerCompletesItsFuture() throws Exception {
        try (Talk talk = Talk.with(host(), "trap 'exit 4' TERM; " + WAIT)) {
            CompletableFuture<Result> canceled = talk.container().onExit();
            CompletableFuture<Result> kept = talk.container().onExit();
            canceled.cancel(true);
            assertThat(kept.isDone()).isFalse();
            assertThat(talk.container().state()).isEqualTo(ContainerState.RUNNING);

            talk.container().signal(Signal.TERM);

            assertThat(kept.get(30, TimeUnit.SECONDS).exitCode()).isEqualTo(4);
        }
    }

    /** When the future completes nothing is left, so a look at that moment finds nothing. */
    @Test
    void onExitCompletesWhenNothingIsLeft() throws Exception {
        Traces before = Traces.now();
        Sandbox.Builder recipe = host();
        if (Power.CGROUP_WRITABLE.isPresent()) {
            recipe.pids(20);
        }
        try (Sandbox sandbox = recipe.build()) {
            Container container = sandbox.start("sleep", "0.2");
            CompletableFuture<Traces> after =
                    container.onExit().thenApply(result -> Traces.now().minus(before));

            assertThat(after.get(30, TimeUnit.SECONDS).lines()).isEmpty();
            container.close();
        }
    }

    @Test
    void closeKillsCleansAndMayBeRepeated() throws InterruptedException {
        String mark = mark();
        Container container = host().start("sleep", mark);

        container.close();
        assertThat(Proc.withArgument(mark)).isEmpty();
        assertThat(container.state()).isEqualTo(ContainerState.STOPPED);
        container.close();
        assertThat(container.waitFor().termination()).isEqualTo(CANCELLED);
    }

    /** What it has to say of an ended container it says; what it could do to one it leaves. */
    @Test
    void afterItsEndAContainerOnlyTells() throws InterruptedException {
        Container container = host().start("sh", "-c", "echo out; exit 3");
        Result result = end(container);
        container.signal(Signal.TERM);
        container.kill();
        container.stop(FOREVER);
        container.close();

        assertThat(container.waitFor()).isEqualTo(result);
        assertThat(result.termination()).isEqualTo(new Termination.Exited(3));
        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(container.onExit().join()).isEqualTo(result);
    }

    @Test
    void closeIsNotCutShortByAnInterruptWhichStays() throws InterruptedException {
        String mark = mark();
        Container container = host().start("sleep", mark);
        Thread.currentThread().interrupt();
        container.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(Proc.withArgument(mark)).isEmpty();
    }

    @Test
    void aSandboxEndsAllThatWasMadeOfIt() throws Exception {
        String mark = mark();
        Sandbox sandbox = host().build();
        List<Container> containers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            containers.add(sandbox.start("sleep", mark));
        }
        CompletableFuture<Result> async = sandbox.runAsync(Command.of("sleep", mark));
        CompletableFuture<Result> run = new CompletableFuture<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread runner = inThread(() -> run.complete(sandbox.run("sleep", mark)), thrown);
        assertThat(eventually(() -> Proc.withArgument(mark).size() == 7)).isTrue();

        sandbox.close();

        assertThat(Proc.withArgument(mark)).isEmpty();
        for (Container container : containers) {
            assertThat(container.state()).isEqualTo(ContainerState.STOPPED);
            assertThat(container.waitFor().termination()).isEqualTo(CANCELLED);
        }
        assertThat(runner.join(Sandboxes.PATIENCE)).isTrue();
        assertThat(run.getNow(null).termination()).isEqualTo(CANCELLED);
        assertThat(async.get(30, TimeUnit.SECONDS).termination()).isEqualTo(CANCELLED);
        sandbox.close();
    }

    @Test
    void aClosedSandboxStartsNothing() {
        Sandbox sandbox = host().build();
        sandbox.close();

        assertThatThrownBy(() -> sandbox.run("true")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> sandbox.start("true")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> sandbox.runAsync(Command.of("true")))
                .isInstanceOf(IllegalStateException.class);
    }

    /** Builder.start: nobody else holds the sandbox, so the container's end is its end too. */
    @Test
    void aSandboxForOneContainerOutlivesItsBuildersCall() throws InterruptedException {
        try (Talk talk = Talk.with(host(), "trap 'exit 2' TERM; " + WAIT)) {
            System.gc();
            talk.container().signal(Signal.TERM);
            assertThat(end(talk.container()).exitCode()).isEqualTo(2);
        }
    }

    @Test
    void theResultTellsWhereTheTimeWent() throws InterruptedException {
        for (boolean init : new boolean[] {true, false}) {
            try (Sandbox sandbox = host().init(init).build()) {
                long began = System.nanoTime();
                Result result = sandbox.run("sleep", "0.3");
                Duration wall = Duration.ofNanos(System.nanoTime() - began);

                Timings timings = result.timings();
                assertThat(timings.total()).isLessThanOrEqualTo(wall);
                assertThat(timings.run()).isBetween(Duration.ofMillis(300), wall);
                assertThat(List.of(timings.prepare(), timings.clone3()))
                        .allMatch(Duration::isPositive);
                // Only an init can tell the one from the other.
                assertThat(timings.setup().isPositive()).isEqualTo(init);
                assertThat(timings.exec().isPositive()).isEqualTo(init);
                assertThat(result.usage().wallTime()).isBetween(timings.run(), wall);
            }
        }
    }

    @Test
    void theResultTellsWhatWasUsed() throws InterruptedException {
        String busy = "head -c 48000000 /dev/zero | tail -c 40000000 | sha512sum";
        for (Sandbox.Builder sandbox : List.of(host(), host().init(false))) {
            Usage usage = sandbox.run("sh", "-c", busy).orThrow().usage();

            int processors = Runtime.getRuntime().availableProcessors() + 1;
            assertThat(usage.cpuTime())
                    .isBetween(Duration.ofMillis(10), usage.wallTime().multipliedBy(processors));
            // Where the kernel counts in ticks one of the two may be none.
            assertThat(usage.userTime().plus(usage.systemTime())).isPositive();
        }
        assertThat(host().run("sh", "-c", busy).usage().peakMemory())
                .isBetween(MemorySize.of(40_000_000), MemorySize.parse("512M"));
    }

    /** A command that sleeps is not charged for what others do. */
    @Test
    void whoSleepsUsesNearlyNothing() throws InterruptedException {
        Usage usage = host().run("sleep", "0.5").usage();

        assertThat(usage.cpuTime()).isLessThan(Duration.ofMillis(250));
        assertThat(usage.peakMemory()).isLessThan(MemorySize.parse("64M"));
    }

    @Test
    void theProcessShowsTheContainerWhileItRuns() throws InterruptedException {
        try (Talk talk = Talk.with(host(), WAIT)) {
            Process process = talk.container().process();

            assertThat(process).isSameAs(talk.container().process());
            assertThat(process.pid()).isEqualTo(talk.container().pid());
            assertThat(process.isAlive()).isTrue();
            assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(process.onExit()).isNotDone();
            assertThatThrownBy(process::exitValue).isInstanceOf(IllegalThreadStateException.class);
        }
    }

    @Test
    void theProcessIsTheContainersEnd() throws Exception {
        try (Talk talk = Talk.with(host(), "trap 'exit 6' TERM; " + WAIT)) {
            Process process = talk.container().process();
            CompletableFuture<Process> exit = process.onExit();
            process.destroy();

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.waitFor()).isEqualTo(6);
            assertThat(process.exitValue()).isEqualTo(6);
            assertThat(process.isAlive()).isFalse();
            assertThat(exit.get(30, TimeUnit.SECONDS)).isSameAs(process);
            process.destroy();
            process.destroyForcibly();
            assertThat(process.exitValue()).isEqualTo(6);
        }
    }

    @Test
    void destroyIsNoMoreThanTermAndForciblyIsTheEnd() throws InterruptedException {
        String mark = mark();
        String tell = "trap 'echo asked' TERM; sleep " + mark + " & ";
        try (Talk talk = Talk.with(host(), tell + WAIT)) {
            Process process = talk.container().process();
            assertThat(process.supportsNormalTermination()).isTrue();
            process.destroy();
            assertThat(talk.next()).isEqualTo("asked");
            assertThat(process.isAlive()).isTrue();

            assertThat(process.destroyForcibly()).isSameAs(process);
            assertThat(process.waitFor()).isEqualTo(137);
            assertThat(talk.container().waitFor().termination()).isEqualTo(CANCELLED);
            assertThat(Proc.withArgument(mark)).isEmpty();
        }
    }

    /** Every time a caller may name, the longest too. */
    @ParameterizedTest
    @EnumSource
    void theProcessCanBeWaitedForInEveryUnit(TimeUnit unit) throws InterruptedException {
        try (Container container = host().start("true")) {
            assertThat(container.process().waitFor(Long.MAX_VALUE, unit)).isTrue();
            assertThat(container.process().waitFor(Long.MIN_VALUE, unit)).isTrue();
        }
    }

    @Test
    void theStreamsOfTheProcessAreAtTheirEnd() throws Exception {
        try (Container container = host().start("sh", "-c", "cat; echo out; echo err >&2")) {
            Process process = container.process();
            process.getOutputStream().write(new byte[100]);
            process.getOutputStream().flush();

            assertThat(process.getInputStream().read()).isEqualTo(-1);
            assertThat(process.getErrorStream().read()).isEqualTo(-1);
            process.getOutputStream().close();
            assertThat(end(container).stdout()).isEqualTo("out\n");
            assertThat(container.waitFor().stderr()).isEqualTo("err\n");
        }
    }

    /** Process.toHandle, info, children: of an ended process too, as the JDK's own are. */
    @Test
    void theHandleIsThatOfTheFirstProcess() throws InterruptedException {
        try (Talk talk = Talk.with(host(), "trap 'exit 0' TERM; " + WAIT)) {
            Process process = talk.container().process();
            assertThat(process.toHandle().pid()).isEqualTo(talk.container().pid());
            assertThat(process.toHandle().isAlive()).isTrue();
            assertThat(process.descendants().count()).isPositive();

            assertThat(process.toHandle()).isEqualTo(process.toHandle());
            // By a signal to the command: the kernel would keep it from the init.
            assertThat(process.toHandle().destroy()).isTrue();
            assertThat(process.toHandle().onExit().join().isAlive()).isFalse();
            assertThat(process.waitFor()).isZero();

            assertThat(process.toHandle().isAlive()).isFalse();
            assertThat(process.info().command()).isEmpty();
            assertThat(process.descendants()).isEmpty();
        }
    }

    /** No exit value can be told of one whose output could not be delivered: the reason is. */
    @Test
    void theProcessTellsAFailureAsTheContainerDoes() throws InterruptedException {
        Command broken =
                Command.of("echo", "x")
                        .stdout(
                                Output.lines(line -> {
                                    throw new IllegalStateException("mine");
                                }));
        try (Container container = host().start(broken)) {
            assertThat(eventually(() -> !container.process().isAlive())).isTrue();

            assertThatThrownBy(container::waitFor).isInstanceOf(SandboxException.class);
            assertThatThrownBy(container.process()::waitFor).isInstanceOf(SandboxException.class);
            assertThatThrownBy(container.process()::exitValue)
                    .isInstanceOf(SandboxException.class)
                    .hasMessageContaining("mine");
        }
    }

    /** Stop when READY appears: the end waits for the consumer, which must not wait for the end. */
    @Test
    void aConsumerMayCloseItsOwnContainer() throws Exception {
        CompletableFuture<Container> self = new CompletableFuture<>();
        Command command =
                Command.of("sh", "-c", "echo READY; sleep 1000")
                        .stdout(Output.lines(line -> self.join().close()));

        try (Container container = host().start(command)) {
            self.complete(container);

            assertThat(container.waitFor(Sandboxes.PATIENCE).orElseThrow().termination())
                    .isEqualTo(new Termination.Cancelled());
        }
    }

    /** Virtual threads of the caller's may be busy: time limits are not theirs to hold up. */
    @Test
    void anEndNeedsNoVirtualThread() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> busy = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            busy.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                while (!stop.get()) {
                                    Thread.onSpinWait();
                                }
                            }));
        }
        try (Container container = host().start("true")) {
            assertThat(container.waitFor(Sandboxes.PATIENCE)).isPresent();
        } finally {
            stop.set(true);
            for (Thread thread : busy) {
                thread.join();
            }
        }
    }
}
