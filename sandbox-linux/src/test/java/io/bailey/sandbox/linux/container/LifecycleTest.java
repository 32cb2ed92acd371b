package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxListener;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** From making to closing, through several lives; and who hears of it. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class LifecycleTest {

    @BeforeEach
    void sandboxesCanBeMade() {
        Powers.require(Power.USERNS);
    }

    private static List<String> kinds(List<ContainerEvent> events) {
        return events.stream().map(event -> event.getClass().getSimpleName()).toList();
    }

    @Test
    void whatIsCreatedWaitsToBeStarted() throws Exception {
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container = sandbox.create("sh", "-c", "exit 3")) {
            assertThat(container.state()).isEqualTo(ContainerState.CREATED);
            assertThatIllegalStateException().isThrownBy(container::pid);
            assertThatIllegalStateException().isThrownBy(container::process);
            assertThatIllegalStateException().isThrownBy(container::pause);
            assertThatIllegalStateException().isThrownBy(() -> container.exec("true"));
            assertThatIllegalStateException().isThrownBy(() -> container.signal(Signal.TERM));
            assertThat(container.onExit()).isNotDone();
            CompletableFuture<Result> end = container.onExit();
            container.start();
            assertThat(container.pid()).isPositive();
            assertThat(container.waitFor().exitCode()).isEqualTo(3);
            assertThat(end.get().exitCode()).isEqualTo(3);
            assertThat(container.state()).isEqualTo(ContainerState.STOPPED);
        }
    }

    /** It must not wait for its own end; for another's it does. */
    @Test
    void aConsumerClosesAnotherContainerWhole() throws Exception {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        try (Sandbox sandbox = Sandboxes.host().build()) {
            Container other = sandbox.start("sleep", "600");
            long pid = other.pid();
            Command talking =
                    Command.of("echo", "close it")
                            .stdout(
                                    Output.lines(line -> {
                                        other.close();
                                        ended.complete(
                                                other.onExit().isDone()
                                                        && ProcessHandle.of(pid).isEmpty()
                                                        && Containers.find(other.id()).isEmpty());
                                    }));
            assertThat(sandbox.run(talking).success()).isTrue();
            assertThat(ended.join()).isTrue();
        }
    }

    @Test
    void aConsumerClosesItsOwnContainerAndItIsGoneAtItsEnd() throws Exception {
        CompletableFuture<Container> mine = new CompletableFuture<>();
        try (Sandbox sandbox = Sandboxes.host().build()) {
            Command talking =
                    Command.of("sh", "-c", "echo close me; sleep 600")
                            .stdout(Output.lines(line -> mine.join().close()));
            Container container = sandbox.start(talking);
            mine.complete(container);
            assertThat(container.waitFor().termination()).isEqualTo(new Termination.Cancelled());
            assertThat(Containers.find(container.id())).isEmpty();
        }
    }

    @Test
    void twoRestartsAtOnceAreOneAfterTheOther() throws Exception {
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container = sandbox.start("sleep", "600");
                ExecutorService both = Executors.newFixedThreadPool(4)) {
            List<Future<?>> restarts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                restarts.add(
                        both.submit(() -> {
                            container.restart(Duration.ZERO);
                            return true;
                        }));
            }
            for (Future<?> restart : restarts) {
                restart.get();
            }
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            assertThat(kinds(container.events())).filteredOn("Started"::equals).hasSize(9);
        }
    }

    @Test
    void aContainerHasAsManyLivesAsItIsGiven() throws Exception {
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container = sandbox.create("cat", "/proc/sys/kernel/random/uuid")) {
            List<String> said = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                container.start();
                said.add(container.waitFor().orThrow().stdout());
            }
            assertThat(said).doesNotHaveDuplicates().allMatch(line -> line.length() > 30);
            assertThat(kinds(container.events()))
                    .containsExactly(
                            "Started", "Exited", "Started", "Exited", "Started", "Exited",
                            "Started", "Exited");
        }
    }

    @Test
    void whatRunsIsNotStartedTwice() {
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container = sandbox.start("sleep", "100")) {
            assertThatIllegalStateException()
                    .isThrownBy(container::start)
                    .withMessageContaining("runs already");
            stop(container);
            assertThatIllegalStateException()
                    .isThrownBy(container::start)
                    .withMessageContaining("closed");
        }
    }

    private static void stop(Container container) {
        container.close();
    }

    @Test
    void restartEndsTheOldLifeFirst() throws Exception {
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container =
                        sandbox.start(
                                "sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.02; done")) {
            CompletableFuture<Result> first = container.onExit();
            long pid = container.pid();
            container.restart(Duration.ofSeconds(20));
            assertThat(first.get().termination())
                    .isIn(new Termination.Exited(7), new Termination.Signaled(15));
            assertThat(container.pid()).isNotEqualTo(pid);
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            assertThat(container.exec("echo", "here").orThrow().stdout()).isEqualTo("here\n");
        }
    }

    /** A sandbox made for one container is closed when that stops; the container knows better. */
    @Test
    void whatWasStartedByABuilderCanBeRestartedToo() throws Exception {
        try (Container container = Sandboxes.host().start("true")) {
            assertThat(container.waitFor().exitCode()).isZero();
            for (int i = 0; i < 3; i++) {
                container.restart();
                assertThat(container.waitFor().exitCode()).isZero();
            }
        }
    }

    @Test
    void aStartThatFailsLeavesWhatWas() throws Exception {
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container = sandbox.create("/no/such/program")) {
            assertThatThrownBy(container::start).isInstanceOf(CommandException.class);
            assertThat(container.state()).isEqualTo(ContainerState.CREATED);
            assertThatThrownBy(container::start).isInstanceOf(CommandException.class);
        }
    }

    /** Everything that is asked of one. */
    private static final class Witness implements SandboxListener {
        private final List<String> asked = new CopyOnWriteArrayList<>();
        private final List<ContainerEvent> told = new CopyOnWriteArrayList<>();

        @Override
        public void starting(String id, SandboxSpec spec, Command command) {
            asked.add(id + " " + command.arguments().getFirst());
            if (command.arguments().contains("forbidden")) {
                throw new SecurityException("not this one");
            }
        }

        @Override
        public void happened(ContainerEvent event) {
            told.add(event);
        }
    }

    @Test
    void aListenerIsAskedAndTold() throws Exception {
        Witness witness = new Witness();
        try (Sandbox sandbox = Sandboxes.host().listener(witness).build()) {
            sandbox.run("true").orThrow();
            assertThatThrownBy(() -> sandbox.run("echo", "forbidden"))
                    .isInstanceOf(SecurityException.class);
            assertThat(sandbox.runAsync(Command.of("true")).get().exitCode()).isZero();
            try (Container container = sandbox.start("sleep", "100")) {
                container.exec("true").orThrow();
                container.kill();
                container.waitFor();
                assertThat(kinds(container.events()))
                        .containsExactly("Started", "ExecEnded", "Exited");
            }
        }
        assertThat(Sandboxes.eventually(() -> witness.told.size() == 7)).isTrue();
        assertThat(witness.asked).hasSize(4);
        assertThat(kinds(witness.told))
                .containsExactlyInAnyOrder(
                        "Started", "Exited", "Started", "Exited", "Started", "ExecEnded", "Exited");
        assertThat(witness.told.getLast())
                .isInstanceOfSatisfying(
                        ContainerEvent.Exited.class,
                        exited ->
                                assertThat(exited.termination())
                                        .contains(new Termination.Cancelled()));
    }

    @Test
    void aListenerThatThrowsHoldsNobodyUp() throws Exception {
        Witness witness = new Witness();
        SandboxListener broken =
                new SandboxListener() {
                    @Override
                    public void happened(ContainerEvent event) {
                        throw new IllegalStateException("broken on purpose");
                    }
                };
        try (Sandbox sandbox = Sandboxes.host().listener(broken).listener(witness).build()) {
            sandbox.run("true").orThrow();
        }
        assertThat(Sandboxes.eventually(() -> witness.told.size() == 2)).isTrue();
    }

    @Test
    void aSubscriptionEnds() throws Exception {
        List<ContainerEvent> heard = new CopyOnWriteArrayList<>();
        List<ContainerEvent> heardToTheEnd = new CopyOnWriteArrayList<>();
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container = sandbox.create("true")) {
            Container.Subscription subscription = container.onEvent(heard::add);
            container.onEvent(heardToTheEnd::add);
            container.start();
            container.waitFor();
            assertThat(Sandboxes.eventually(() -> heard.size() == 2)).isTrue();
            subscription.close();
            subscription.close();
            container.start();
            container.waitFor();
            assertThat(Sandboxes.eventually(() -> heardToTheEnd.size() == 4)).isTrue();
            assertThat(heard).hasSize(2);
        }
    }

    /** Three times what is kept by default, and the proof that it has been read. */
    @Test
    void whatSaysMuchLivesOn() throws Exception {
        Command command =
                Command.of("sh", "-c", "head -c 3M /dev/zero; echo said >&2; exec sleep 100");
        try (Container container = Sandboxes.host().start(command)) {
            assertThat(
                            Sandboxes.eventually(() ->
                                    container.logs().lines().stream()
                                            .anyMatch(l -> l.text().equals("said"))))
                    .isTrue();
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            container.signal(Signal.TERM);
            Result result = container.waitFor();
            assertThat(result.termination()).isEqualTo(new Termination.Signaled(15));
            assertThat(result.stdoutBytes()).hasSize(1 << 20);
            assertThat(result.stderr()).isEqualTo("said\n");
            assertThat(result.truncated()).isTrue();
        }
    }

    @Test
    void aBoundThatWasAskedForEndsIt() throws Exception {
        try (Container container =
                Sandboxes.host()
                        .outputLimit("64K")
                        .start("sh", "-c", "head -c 1M /dev/zero; exec sleep 100")) {
            assertThat(container.waitFor().termination())
                    .isInstanceOf(Termination.OutputLimitExceeded.class);
        }
    }

    @Test
    void whoWaitsForWhatIsNeverStartedIsTold() {
        try (Sandbox sandbox = Sandboxes.host().build()) {
            Container container = sandbox.create("true");
            CompletableFuture<Result> end = container.onExit();
            container.close();
            assertThatThrownBy(container::waitFor)
                    .isInstanceOf(SandboxException.class)
                    .hasMessageContaining("closed before it was started");
            assertThat(end).isCompletedExceptionally();
        }
    }

    @Test
    void whatASandboxHasNotStartedIsForgottenWithIt() {
        Sandbox sandbox = Sandboxes.host().build();
        Container container = sandbox.create("true");
        sandbox.close();
        assertThat(Containers.find(container.id())).isEmpty();
        assertThat(container.onExit()).isCompletedExceptionally();
        assertThatIllegalStateException().isThrownBy(container::start);
        container.close();
    }

    @Test
    void whatHasNotBeenStartedIsNotEntered() {
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container = sandbox.create("true")) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> container.exec("true"))
                    .withMessageContaining("has not been started yet");
            assertThat(container.execAsync(Command.of("true"))).isCompletedExceptionally();
        }
    }

    /** Whoever listens to a run hears what its limits do, as of a container. */
    @Test
    void aListenerOfARunHearsOfItsLimits() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Witness witness = new Witness();
        Sandboxes.host().memory("32M").listener(witness).run("sh", "-c", "tail /dev/zero; true");
        assertThat(Sandboxes.eventually(() -> kinds(witness.told).contains("Exited"))).isTrue();
        assertThat(kinds(witness.told)).contains("Started", "OutOfMemory", "Exited");
    }
}
