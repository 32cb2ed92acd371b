package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.SandboxConfigException;

import java.time.Duration;
import java.util.Optional;

/** What limits mean as numbers, the same on both layouts. */
final class LimitRules {
    /**
     * The least memory a sandbox may be given. Measured on Linux 6.18 with 4 KiB pages: in a group
     * of 512 KiB or less a static program of one {@code return 0} was killed 159 times of 160
     * before main, because charges are taken in batches of 64 pages per processor; dash in 1 MiB
     * started 20 times of 20.
     */
    static final MemorySize LEAST_MEMORY = MemorySize.of(512 * 1024);

    /** 100 ms, the kernel's default and what every runtime uses. */
    static final long CPU_PERIOD_MICROS = 100_000;

    /** The kernel refuses a shorter quota (min_cfs_quota_period, kernel/sched/core.c). */
    private static final long LEAST_QUOTA_MICROS = 1_000;

    private LimitRules() {}

    /** Refuses limits that nothing could run in. */
    static void check(Limits limits) {
        requireEnough("memory", limits.memory());
        requireEnough("memoryHigh", limits.memoryHigh());
    }

    private static void requireEnough(String limit, Optional<MemorySize> size) {
        if (size.isPresent() && size.get().compareTo(LEAST_MEMORY) < 0) {
            throw new SandboxConfigException(
                    limit
                            + ": "
                            + size.get()
                            + " is less than "
                            + LEAST_MEMORY
                            + ", in which no program starts");
        }
    }

    /** CPU time per period. */
    static long quotaMicros(double cpus) {
        long quota = Math.round(cpus * CPU_PERIOD_MICROS);
        if (quota < LEAST_QUOTA_MICROS) {
            throw new SandboxConfigException(
                    "cpus: "
                            + cpus
                            + " is less than "
                            + (double) LEAST_QUOTA_MICROS / CPU_PERIOD_MICROS
                            + ", the least the kernel schedules");
        }
        return quota;
    }

    /**
     * The v1 {@code cpu.shares} of a v2 weight. The default maps to the default (100 to 1024), the
     * rest in proportion, as systemd (cgroup_cpu_weight_to_shares) and the kernel itself
     * (sched_weight_from_cgroup) convert; the linear formula of the OCI runtimes maps the ends of
     * both ranges and would make the default weight 2.5 times too heavy.
     */
    static long sharesOfWeight(int weight) {
        return Math.clamp(weight * 1024L / 100, 2, 262_144);
    }

    /** What BFQ takes: 1 to 1,000, with the default in the same place. */
    static int bfqWeight(int weight) {
        return Math.clamp(weight, 1, 1_000);
    }

    /** What CFQ took: 10 to 1,000, with 500 where v2 has 100. */
    static int cfqWeight(int weight) {
        return Math.clamp(weight * 5L, 10, 1_000);
    }

    /** In whole microseconds, rounded down. */
    static long micros(Duration time) {
        return time.toNanos() / 1_000;
    }
}
