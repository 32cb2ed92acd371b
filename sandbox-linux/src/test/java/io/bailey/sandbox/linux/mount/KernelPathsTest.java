package io.bailey.sandbox.linux.mount;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class KernelPathsTest {
    private static final int CPUS = 64;

    /**
     * Docker's list and Podman's, as of 2026; to leave one out is a decision, to be made here too.
     */
    @Test
    void masksWhatDockerMasks() {
        List<String> paths = new ArrayList<>();
        KernelPaths.PROC_MASKED.forEach(masked -> paths.add(masked.path()));
        KernelPaths.sysMasked(1).forEach(masked -> paths.add(masked.path()));
        assertThat(paths)
                .contains(
                        "/proc/acpi",
                        "/proc/asound",
                        "/proc/interrupts",
                        "/proc/kcore",
                        "/proc/keys",
                        "/proc/latency_stats",
                        "/proc/sched_debug",
                        "/proc/scsi",
                        "/proc/timer_list",
                        "/proc/timer_stats",
                        "/sys/devices/virtual/powercap",
                        "/sys/firmware",
                        "/sys/devices/system/cpu/cpu0/thermal_throttle");
        assertThat(KernelPaths.PROC_READ_ONLY)
                .contains("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
    }

    @Test
    void everyProcessorIsThere() {
        assertThat(KernelPaths.sysMasked(CPUS))
                .extracting(KernelPaths.Masked::path)
                .contains("/sys/devices/system/cpu/cpu63/thermal_throttle")
                .doesNotContain("/sys/devices/system/cpu/cpu64/thermal_throttle");
    }

    /**
     * A directory can only be covered by a directory: ENOTDIR would fail every sandbox on such a
     * kernel.
     */
    @Test
    void whatThisKernelHasIsOfTheKindTheListSays() {
        List<KernelPaths.Masked> all = new ArrayList<>(KernelPaths.PROC_MASKED);
        all.addAll(KernelPaths.sysMasked(CPUS));
        for (KernelPaths.Masked masked : all) {
            Stat stat = Linux.host().stat(Linux.AT_FDCWD, masked.path(), 0);
            if (stat.result() == 0) {
                assertThat(stat.isDirectory()).as(masked.path()).isEqualTo(masked.directory());
            }
        }
    }
}
