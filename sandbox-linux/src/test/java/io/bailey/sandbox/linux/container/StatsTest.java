package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.eventually;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Stats;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;

/** What a container is said to use is what it uses. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class StatsTest {
    private static final long MEGABYTE = 1 << 20;

    /** 20 MB held by tail(1), 8 MB of a file in memory, three processes. */
    private static final String WORK =
            "head -c 8M /dev/zero > /tmp/x; (head -c 20M /dev/zero; exec sleep 600) | tail";

    @Test
    void memoryAndProcessesAreCounted() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = host().memory("128M").pids(16).start("sh", "-c", WORK)) {
            assertThat(
                            eventually(() ->
                                    container.stats().memory().anonymous().orElse(0)
                                            > 20 * MEGABYTE))
                    .isTrue();
            Stats stats = container.stats();
            Stats.Memory memory = stats.memory();
            assertThat(memory.anonymous().orElseThrow()).isLessThan(40 * MEGABYTE);
            assertThat(memory.shared().orElseThrow())
                    .isBetween(8 * MEGABYTE - MEGABYTE, 9 * MEGABYTE);
            assertThat(memory.file().orElseThrow())
                    .isGreaterThanOrEqualTo(memory.shared().getAsLong());
            assertThat(memory.current().orElseThrow()).isBetween(27 * MEGABYTE, 128 * MEGABYTE);
            assertThat(memory.peak().orElseThrow()).isGreaterThanOrEqualTo(27 * MEGABYTE);
            assertThat(memory.kernel().orElseThrow()).isPositive();
            assertThat(memory.pageFaults().orElseThrow()).isGreaterThan(1000);
            assertThat(memory.majorFaults()).isPresent();
            assertThat(memory.oomKills()).hasValue(0);
            assertThat(memory.maxEvents()).hasValue(0);
            // The init, sh, tail and sleep; sh may have made way for one of them.
            assertThat(stats.pids().current().orElseThrow()).isBetween(3L, 5L);
            assertThat(stats.pids().refused()).hasValue(0);
        }
    }

    @Test
    void processorTimeIsCountedAndThrottlingToo() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container =
                host().cpus(0.2).cpuWeight(10_000).start("sh", "-c", "while :; do :; done")) {
            assertThat(eventually(() -> container.stats().cpu().throttledPeriods().orElse(0) >= 2))
                    .isTrue();
            Stats.Cpu cpu = container.stats().cpu();
            assertThat(cpu.periods().orElseThrow())
                    .isGreaterThanOrEqualTo(cpu.throttledPeriods().orElseThrow());
            assertThat(cpu.throttledTime().orElseThrow()).isPositive();
            assertThat(cpu.total().orElseThrow())
                    .isBetween(Duration.ofMillis(20), Duration.ofSeconds(30));
            assertThat(cpu.user().orElseThrow().plus(cpu.system().orElseThrow()))
                    .isPositive()
                    .isLessThanOrEqualTo(cpu.total().get().plusMillis(200));
        }
    }

    /** A file that is missing leaves its number empty, and the other way round. */
    @Test
    void whatIsMissingIsNamed() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = host().start("sleep", "600")) {
            Stats stats = container.stats();
            assertThat(stats.missing().contains("cpu.pressure"))
                    .isEqualTo(stats.cpuPressure().isEmpty());
            assertThat(stats.missing().contains("pids.peak"))
                    .isEqualTo(stats.pids().peak().isEmpty());
            assertThat(stats.missing().contains("io.stat"))
                    .isEqualTo(stats.io().readBytes().isEmpty());
            assertThat(stats.missing()).doesNotContain("memory.current", "pids.current");
            assertThat(stats.memory().highEvents().isEmpty())
                    .isEqualTo(Power.CGROUP_V1.isPresent());
        }
    }

    /** Whoever asks afterwards is told the last. */
    @Test
    void theLastReadingStays() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container =
                host().start("sh", "-c", "head -c 20M /dev/zero | tail >/dev/null")) {
            container.waitFor();
            assertThat(eventually(() -> container.stats().memory().peak().orElse(0) > 0)).isTrue();
            Stats last = container.stats();
            assertThat(last.memory().peak().orElseThrow()).isGreaterThan(10 * MEGABYTE);
            assertThat(last.cpu().total().orElseThrow()).isPositive();
            assertThat(container.stats()).isEqualTo(last);
        }
    }
}
