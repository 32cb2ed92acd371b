package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many lives of all kinds at once: paused, entered, limited anew, killed, started again, in any
 * order. None leaves anything ({@link LeakAudit}). {@code -Dbailey.lifecycles=10000} makes it long;
 * a failure names its seed.
 */
@ExtendWith(LeakAudit.class)
class LifecycleSoakTest {
    private static final int THREADS = 8;
    private static final int LIVES = Integer.getInteger("bailey.lifecycles", 160);
    private static final long SEED = Long.getLong("bailey.lifecycles.seed", System.nanoTime());
    private static final int MOST_STEPS = 6;
    private static final String[] LOOP = {"sh", "-c", "while :; do sleep 0.01; done"};

    @Test
    @Timeout(1_800)
    void nothingIsLeftOfAnyOfThem() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        AtomicInteger next = new AtomicInteger();
        try (Sandbox sandbox = Sandbox.builder().pids(20).build();
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Callable<Void> work =
                    () -> {
                        for (int i = next.getAndIncrement();
                                i < LIVES;
                                i = next.getAndIncrement()) {
                            live(sandbox, SEED + i);
                        }
                        return null;
                    };
            List<Future<Void>> workers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                workers.add(threads.submit(work));
            }
            for (Future<Void> worker : workers) {
                assertThat(worker.get()).isNull();
            }
        }
    }

    private static void live(Sandbox sandbox, long seed) throws Exception {
        Random random = new Random(seed);
        if (random.nextInt(20) == 0) {
            fail(sandbox);
            return;
        }
        try (Container container = sandbox.create(LOOP)) {
            if (random.nextInt(20) == 0) {
                return;
            }
            container.start();
            int steps = random.nextInt(MOST_STEPS);
            for (int i = 0; i < steps; i++) {
                step(container, random);
            }
        } catch (AssertionError | Exception failure) {
            throw new AssertionError("with -Dbailey.lifecycles.seed=" + seed, failure);
        }
    }

    private static void fail(Sandbox sandbox) {
        try (Container started = sandbox.start("/no/such/program")) {
            throw new AssertionError(started + " started");
        } catch (CommandException expected) {
            assertThat(expected).hasMessageContaining("/no/such/program");
        }
    }

    private static void step(Container container, Random random) throws Exception {
        boolean runs = container.state() == ContainerState.RUNNING;
        boolean paused = container.state() == ContainerState.PAUSED;
        switch (random.nextInt(10)) {
            case 0 -> {
                if (runs) {
                    container.pause();
                    assertThat(container.state()).isEqualTo(ContainerState.PAUSED);
                }
            }
            case 1 -> {
                if (paused) {
                    container.resume();
                    assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
                }
            }
            case 2 -> {
                if (runs) {
                    assertThat(container.exec("echo", "x").orThrow().stdout()).isEqualTo("x\n");
                }
            }
            case 3 -> {
                if (runs) {
                    container.update(
                            container.limits().toBuilder().pids(20 + random.nextInt(9)).build());
                }
            }
            case 4 -> {
                container.kill();
                assertThat(container.waitFor().exitCode()).isNotZero();
            }
            case 5 -> container.restart(Duration.ZERO);
            case 6 -> container.stop(Duration.ofMillis(random.nextInt(20)));
            case 7 -> assertThat(container.stats().time()).isNotNull();
            case 8 -> {
                if (runs) {
                    container.signal(Signal.TERM);
                    assertThat(container.waitFor().termination())
                            .isEqualTo(new Termination.Signaled(15));
                }
            }
            default -> assertThat(container.info().id()).isEqualTo(container.id());
        }
    }
}
