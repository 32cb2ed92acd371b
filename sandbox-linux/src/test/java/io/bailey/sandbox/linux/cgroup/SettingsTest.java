package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.SandboxConfigException;

import org.junit.jupiter.api.Test;

import java.util.List;

class SettingsTest {
    private static final Disks NO_DISKS =
            path -> {
                throw new AssertionError(path);
            };

    private static List<String> lines(List<Setting> settings) {
        return settings.stream().map(s -> s.file() + "=" + s.value()).toList();
    }

    @Test
    void v2WritesEachLimit() {
        assertThat(lines(V2Settings.of(Requests.everything(), NO_DISKS)))
                .containsExactly(
                        "memory.max=67108864",
                        "memory.oom.group=1",
                        "memory.swap.max=16777216",
                        "pids.max=32",
                        "cpu.max=50000 100000",
                        "cpu.weight=200",
                        "cpuset.cpus=0");
    }

    @Test
    void v1WritesEachLimitAndMemoryBeforeMemoryWithSwap() {
        assertThat(lines(V1Settings.of(Requests.everything(), NO_DISKS)))
                .containsExactly(
                        "memory.limit_in_bytes=67108864",
                        "memory.memsw.limit_in_bytes=83886080",
                        "pids.max=32",
                        "cpu.cfs_period_us=100000",
                        "cpu.cfs_quota_us=50000",
                        "cpu.shares=2048",
                        "cpuset.cpus=0");
    }

    @Test
    void memoryAloneMeansNoSwap() {
        Limits limits = Requests.limits("8M", null, null, 0);
        assertThat(lines(V2Settings.of(limits, NO_DISKS))).contains("memory.swap.max=0");
        assertThat(lines(V1Settings.of(limits, NO_DISKS)))
                .contains("memory.memsw.limit_in_bytes=8388608");
    }

    @Test
    void v2ThrottlesWithMemoryHigh() {
        assertThat(lines(V2Settings.of(Requests.limits(null, "8M", null, 0), NO_DISKS)))
                .containsExactly("memory.high=8388608");
    }

    @Test
    void v1SaysWhatItCannotDo() {
        assertThat(V1Settings.impossible(Requests.limits("16M", "8M", null, 0)))
                .extracting(Problem::what)
                .containsExactly("memoryHigh 8M");
        assertThat(V1Settings.impossible(Requests.limits(null, null, "8M", 0)))
                .extracting(Problem::what)
                .containsExactly("memorySwap 8M");
        assertThat(V1Settings.impossible(Requests.everything())).isEmpty();
    }

    @Test
    void refusesMemoryInWhichNothingStarts() {
        Limits little = Requests.limits("256K", null, null, 0);
        assertThatThrownBy(() -> V2Settings.of(little, NO_DISKS))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("256K")
                .hasMessageContaining("512K");
        assertThatThrownBy(() -> V1Settings.of(little, NO_DISKS))
                .isInstanceOf(SandboxConfigException.class);
    }

    @Test
    void theDefaultWeightIsTheDefaultShares() {
        assertThat(LimitRules.sharesOfWeight(100)).isEqualTo(1024);
        assertThat(LimitRules.sharesOfWeight(1)).isEqualTo(10);
        assertThat(LimitRules.sharesOfWeight(10_000)).isEqualTo(102_400);
    }

    @Test
    void noLimitsNeedNothing() {
        assertThat(Controller.neededBy(Limits.none())).isEmpty();
        assertThat(Requests.strict(Limits.none()).isEmpty()).isTrue();
        assertThat(Requests.full(Limits.none()).isEmpty()).isFalse();
        assertThat(Controller.neededBy(Requests.everything()))
                .containsExactly(
                        Controller.MEMORY, Controller.PIDS, Controller.CPU, Controller.CPUSET);
    }
}
