package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.cgroupSetting;
import static io.bailey.sandbox.linux.container.Sandboxes.eventually;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;

/** Limits of a running container change, all of them or none. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class UpdateTest {
    private static final Limits START =
            Limits.builder().memory("64M").pids(16).cpus(0.5).cpuWeight(200).build();

    private static Container sleeping(Limits limits) {
        return limited(limits).start("sleep", "600");
    }

    private static Sandbox.Builder limited(Limits limits) {
        Sandbox.Builder builder = host();
        limits.memory().ifPresent(builder::memory);
        limits.pids().ifPresent(builder::pids);
        limits.cpus().ifPresent(builder::cpus);
        limits.cpuBurst().ifPresent(builder::cpuBurst);
        limits.cpuWeight().ifPresent(builder::cpuWeight);
        limits.cpuset().ifPresent(builder::cpuset);
        return builder;
    }

    private static String memory(Container container) {
        return cgroupSetting(container, "memory.max", "memory.limit_in_bytes");
    }

    @Test
    void everyLimitGoesUpAndDown() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = sleeping(START)) {
            for (String size : List.of("128M", "32M", "96M")) {
                Limits after =
                        START.toBuilder()
                                .memory(size)
                                .memorySwap(MemorySize.of(0))
                                .pids(40)
                                .cpus(1.5)
                                .cpuBurst(Duration.ofMillis(20))
                                .cpuset("0")
                                .build();
                container.update(after);
                assertThat(container.limits()).isEqualTo(after);
                assertThat(memory(container))
                        .isEqualTo(Long.toString(MemorySize.parse(size).bytes()));
                // Bailey's init is one more.
                assertThat(cgroupSetting(container, "pids.max")).isEqualTo("41");
                assertThat(cgroupSetting(container, "cpu.max", "cpu.cfs_quota_us"))
                        .startsWith("150000");
                assertThat(cgroupSetting(container, "cpu.max.burst", "cpu.cfs_burst_us"))
                        .isEqualTo("20000");
                assertThat(cgroupSetting(container, "cpuset.cpus")).isEqualTo("0");
            }
        }
    }

    @Test
    void whatIsLeftOutIsLifted() {
        Powers.require(Power.CGROUP_WRITABLE);
        boolean v2 = Power.CGROUP_V2.isPresent();
        try (Container container = sleeping(START.toBuilder().cpuset("0").build())) {
            container.update(Limits.none());
            if (v2) {
                assertThat(memory(container)).isEqualTo("max");
                assertThat(cgroupSetting(container, "memory.oom.group")).isEqualTo("0");
                assertThat(cgroupSetting(container, "cpu.max")).isEqualTo("max 100000");
                assertThat(cgroupSetting(container, "cpu.weight")).isEqualTo("100");
                assertThat(cgroupSetting(container, "cpuset.cpus")).isEmpty();
            } else {
                assertThat(memory(container)).hasSizeGreaterThan(18);
                assertThat(cgroupSetting(container, "memory.memsw.limit_in_bytes"))
                        .hasSizeGreaterThan(18);
                assertThat(cgroupSetting(container, "cpu.cfs_quota_us")).isEqualTo("-1");
                assertThat(cgroupSetting(container, "cpu.shares")).isEqualTo("1024");
                assertThat(cgroupSetting(container, "cpuset.cpus")).isNotEqualTo("0");
            }
            assertThat(cgroupSetting(container, "pids.max")).isEqualTo("max");
        }
    }

    /** None was asked for when it was made: a container is granted what there is. */
    @Test
    void limitsCanBeAddedLater() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = host().start("sleep", "600")) {
            container.update(Limits.builder().memory("32M").build());
            assertThat(container.exec(Command.of("tail", "/dev/zero")).termination())
                    .isNotEqualTo(new Termination.Exited(0));
        }
    }

    /**
     * A quota below the burst of before, and one above: the kernel takes each only in one order.
     */
    @Test
    void burstAndQuotaChangeTogether() {
        Powers.require(Power.CGROUP_WRITABLE);
        Limits wide = Limits.builder().cpus(1).cpuBurst(Duration.ofMillis(90)).build();
        Limits narrow = Limits.builder().cpus(0.2).cpuBurst(Duration.ofMillis(10)).build();
        try (Container container = sleeping(wide)) {
            container.update(narrow);
            assertThat(cgroupSetting(container, "cpu.max", "cpu.cfs_quota_us")).startsWith("20000");
            assertThat(cgroupSetting(container, "cpu.max.burst", "cpu.cfs_burst_us"))
                    .isEqualTo("10000");
            container.update(wide);
            assertThat(cgroupSetting(container, "cpu.max.burst", "cpu.cfs_burst_us"))
                    .isEqualTo("90000");
        }
    }

    /** tail(1) holds its input, which has no end of a line. */
    @Test
    void lessMemoryThanIsInUseIsRefusedAndNothingChanges() {
        Powers.require(Power.CGROUP_WRITABLE);
        String holder = "(head -c 40M /dev/zero; exec sleep 600) | tail";
        try (Container container = limited(START).start("sh", "-c", holder)) {
            long held = MemorySize.parse("40M").bytes();
            assertThat(eventually(() -> container.stats().memory().anonymous().orElse(0) >= held))
                    .isTrue();
            Limits less =
                    START.toBuilder().memory("16M").memorySwap(MemorySize.of(0)).pids(99).build();

            assertThatThrownBy(() -> container.update(less))
                    .isInstanceOfSatisfying(
                            SandboxSetupException.class,
                            refused -> assertThat(refused.errno()).isEqualTo("EBUSY"))
                    .hasMessageContaining("memory 16M")
                    .hasMessageContaining("in use");

            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            assertThat(container.stats().memory().oomKills()).hasValue(0);
            assertThat(container.limits()).isEqualTo(START);
            assertThat(memory(container)).isEqualTo(Long.toString(64L << 20));
            assertThat(cgroupSetting(container, "pids.max")).isEqualTo("17");
        }
    }

    @Test
    void processorsThatAreNotThereAreRefusedAndNothingChanges() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = sleeping(START)) {
            Limits elsewhere = START.toBuilder().pids(99).cpuset("8000").build();
            assertThatThrownBy(() -> container.update(elsewhere))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("8000");
            assertThat(cgroupSetting(container, "pids.max")).isEqualTo("17");
            assertThat(container.limits()).isEqualTo(START);
        }
    }

    @Test
    void whatIsPausedCanBeChanged() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = sleeping(START)) {
            container.pause();
            container.update(START.toBuilder().pids(20).build());
            assertThat(cgroupSetting(container, "pids.max")).isEqualTo("21");
        }
    }

    @Test
    void theNextLifeHasThemToo() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Limits later = START.toBuilder().memory("48M").pids(40).build();
        try (Sandbox sandbox = limited(START).build();
                Container container = sandbox.start("sleep", "600")) {
            container.update(later);
            container.restart(Duration.ZERO);
            assertThat(container.limits()).isEqualTo(later);
            assertThat(container.info().limits()).isEqualTo(later);
            assertThat(memory(container)).isEqualTo(Long.toString(48L << 20));
            assertThat(cgroupSetting(container, "pids.max")).isEqualTo("41");
        }
    }
}
