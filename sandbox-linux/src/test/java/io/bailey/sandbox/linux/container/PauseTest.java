package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.eventually;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A paused container stands still, and ends when it is told to. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class PauseTest {
    private static final String BURNER = "while :; do :; done";
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static Container burning() {
        Container container = host().start("sh", "-c", BURNER);
        assertThat(eventually(() -> cpu(container).compareTo(Duration.ofMillis(30)) > 0)).isTrue();
        return container;
    }

    /** The kernel counts every moment a process runs. */
    private static Duration cpu(Container container) {
        return container.stats().cpu().total().orElseThrow();
    }

    @Test
    void whatIsPausedUsesNoProcessorTime() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = burning()) {
            container.pause();
            assertThat(container.state()).isEqualTo(ContainerState.PAUSED);
            Duration before = cpu(container);
            // Nothing can be waited for here: that nothing happens is what is asked.
            LockSupport.parkNanos(WINDOW_NANOS);
            assertThat(cpu(container)).isEqualTo(before);

            container.resume();
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            assertThat(eventually(() -> cpu(container).compareTo(before) > 0)).isTrue();
            assertThat(container.events())
                    .hasAtLeastOneElementOfType(ContainerEvent.Paused.class)
                    .hasAtLeastOneElementOfType(ContainerEvent.Resumed.class);
        }
    }

    @Test
    void pausingAndResumingTwiceIsOnce() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = burning()) {
            container.pause();
            container.pause();
            container.resume();
            container.resume();
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
        }
    }

    @Test
    void killEndsWhatIsPaused() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = burning()) {
            container.pause();
            container.kill();
            assertThat(container.waitFor(Sandboxes.PATIENCE).orElseThrow().termination())
                    .isEqualTo(new Termination.Cancelled());
        }
    }

    @Test
    void closeEndsWhatIsPaused() {
        Powers.require(Power.CGROUP_WRITABLE);
        Container container = burning();
        container.pause();
        long began = System.nanoTime();
        container.close();
        assertThat(container.state()).isEqualTo(ContainerState.STOPPED);
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }

    /** Its trap could not run otherwise. */
    @Test
    void stopWakesWhatIsPaused() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        String script = "trap 'exit 7' TERM; echo ready; while :; do :; done";
        CountDownLatch ready = new CountDownLatch(1);
        Command command =
                Command.of("sh", "-c", script).stdout(Output.lines(line -> ready.countDown()));
        try (Container container = host().start(command)) {
            assertThat(ready.await(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            container.pause();
            container.stop(Sandboxes.PATIENCE);
            assertThat(container.waitFor(Sandboxes.PATIENCE).orElseThrow().exitCode()).isEqualTo(7);
        }
    }

    @Test
    void noCommandIsStartedInWhatIsPaused() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = burning()) {
            container.pause();
            assertThatThrownBy(() -> container.exec(Command.of("true")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("paused");
        }
    }

    /** Its watcher hears nothing: it would be waited for. */
    @Test
    void aCommandInWhatIsPausedIsNotWaitedFor() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Container container = burning();
        Process inside = container.startExec("sh", "-c", BURNER);
        container.pause();
        long began = System.nanoTime();
        container.close();
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(5));
        assertThat(inside.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    /** A command born frozen would hold the thread that bears it, and with it the end. */
    @Test
    void nobodyIsJustEnteringWhileItIsPaused() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = burning();
                ExecutorService entering = Executors.newFixedThreadPool(3)) {
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger entered = new AtomicInteger();
            for (int i = 0; i < 3; i++) {
                entering.execute(() -> enterUntil(over, container, entered));
            }
            for (int round = 0; round < 40; round++) {
                int before = entered.get();
                assertThat(eventually(() -> entered.get() > before)).isTrue();
                container.pause();
                container.resume();
            }
            over.set(true);
            entering.shutdown();
            assertThat(entering.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void enterUntil(AtomicBoolean over, Container container, AtomicInteger entered) {
        while (!over.get()) {
            try {
                assertThat(container.exec("true").exitCode()).isZero();
                entered.incrementAndGet();
            } catch (IllegalStateException paused) {
                assertThat(paused).hasMessageContaining("paused");
            } catch (InterruptedException nobodys) {
                throw new AssertionError(nobodys);
            }
        }
    }

    @Test
    void whatHasStoppedIsNotPaused() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = host().start("true")) {
            container.waitFor();
            assertThatThrownBy(container::pause).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void filesOfWhatIsPausedCanBeReadFromOutside() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = burning()) {
            container.exec("sh", "-c", "echo inside >/tmp/file").orThrow();
            container.pause();
            ByteArrayOutputStream tar = new ByteArrayOutputStream();
            container.copyOut("/tmp/file", tar);
            assertThat(tar.toString(StandardCharsets.UTF_8)).contains("inside\n");
            assertThat(container.state()).isEqualTo(ContainerState.PAUSED);
        }
    }
}
