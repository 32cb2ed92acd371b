package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.eventually;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Stats;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A limit bites where it was set. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class LimitAccuracyTest {
    private static final Percentage CLOSE = Percentage.withPercentage(5);

    /** Forty periods: one is a fortieth of what is measured. */
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(4);

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** tail(1) takes memory in small pieces until it has all of it. */
    @ParameterizedTest
    @ValueSource(strings = {"32M", "96M"})
    void memory(String limit) throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        MemorySize most = MemorySize.parse(limit);
        Result result = host().memory(most).run("tail", "/dev/zero");
        assertThat(result.termination()).isEqualTo(new Termination.OutOfMemory(most));
        assertThat((double) result.usage().peakMemory().bytes())
                .isCloseTo(most.bytes(), CLOSE)
                .isLessThanOrEqualTo(most.bytes());
    }

    /** dash ends when it cannot fork, and is one of them itself. */
    @ParameterizedTest
    @ValueSource(ints = {2, 20, 100})
    void pids(int limit) throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result =
                host().pids(limit)
                        .run(
                                "dash",
                                "-c",
                                "i=0; while :; do sleep 600 & i=$((i+1)); echo $i; done");
        assertThat(result.termination()).isEqualTo(new Termination.PidsExceeded(limit));
        assertThat(result.stdout().lines().count()).isEqualTo(limit - 1);
    }

    /** Processor time for each second that goes by. */
    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.5})
    void cpus(double limit) {
        Powers.require(Power.CGROUP_WRITABLE);
        String burner = "while :; do :; done";
        try (Container container = host().cpus(limit).cpuWeight(10_000).start("sh", "-c", burner)) {
            assertThat(eventually(() -> container.stats().cpu().throttledPeriods().orElse(0) >= 2))
                    .isTrue();
            Stats before = container.stats();
            LockSupport.parkNanos(WINDOW_NANOS);
            Stats after = container.stats();
            double used =
                    after.cpu().total().orElseThrow().minus(before.cpu().total().get()).toNanos();
            double wall = Duration.between(before.time(), after.time()).toNanos();
            assertThat(used / wall).isLessThanOrEqualTo(limit * 1.05);
            // On a busy machine it does not get as much in every period; where it was held back, it
            // did.
            long held =
                    after.cpu().throttledPeriods().orElseThrow()
                            - before.cpu().throttledPeriods().orElseThrow();
            assertThat(used).isGreaterThanOrEqualTo(held * PERIOD_NANOS * limit * 0.95);
            assertThat(held).isPositive();
        }
    }

    @Test
    void aForkBombIsTornDownWithinASecond() {
        Powers.require(Power.CGROUP_WRITABLE);
        Powers.requireProgram("/bin/bash");
        Container container = host().pids(64).start("bash", "-c", "b() { b | b & }; b; sleep 600");
        try {
            assertThat(eventually(() -> container.stats().pids().refused().orElse(0) > 10))
                    .isTrue();
        } finally {
            long began = System.nanoTime();
            container.close();
            assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(1));
        }
    }
}
