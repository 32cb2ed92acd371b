package io.bailey.sandbox.linux.mount;

import java.util.ArrayList;
import java.util.List;

/**
 * What of /proc and /sys a sandbox does not see or may not write: Docker's list (moby,
 * daemon/pkg/oci/defaults.go) and, for the read-only paths, Podman's. Entries that a kernel lacks
 * are passed over.
 */
public final class KernelPaths {
    /** Docker's size of /dev/shm, 64 MiB. */
    public static final long SHM_BYTES = 64L << 20;

    /** Under /proc: state of the whole kernel that can be set. */
    public static final List<String> PROC_READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /**
     * Under /proc: what leaks addresses, keys, timing of the host (CVE-2025-31133 and
     * GHSA-6fw5-f8r9-fgfm show why).
     */
    public static final List<Masked> PROC_MASKED =
            List.of(
                    new Masked("/proc/acpi", true),
                    new Masked("/proc/asound", true),
                    new Masked("/proc/interrupts", false),
                    new Masked("/proc/kcore", false),
                    new Masked("/proc/keys", false),
                    new Masked("/proc/latency_stats", false),
                    new Masked("/proc/sched_debug", false),
                    new Masked("/proc/scsi", true),
                    new Masked("/proc/timer_list", false),
                    new Masked("/proc/timer_stats", false));

    /**
     * Under /sys, for a machine of so many processors: firmware tables, power and thermal side
     * channels (GHSA-jq35-85cj-fj4p).
     */
    public static List<Masked> sysMasked(int cpus) {
        List<Masked> all =
                new ArrayList<>(
                        List.of(
                                new Masked("/sys/firmware", true),
                                new Masked("/sys/devices/virtual/powercap", true)));
        for (int cpu = 0; cpu < cpus; cpu++) {
            all.add(new Masked("/sys/devices/system/cpu/cpu" + cpu + "/thermal_throttle", true));
        }
        return List.copyOf(all);
    }

    private KernelPaths() {}

    /**
     * @param directory whether it is one; a file is covered by a file
     */
    public record Masked(String path, boolean directory) {}
}
