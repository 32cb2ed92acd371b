package io.bailey.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What each limit accepts. One place, for a setter of the builder and the constructor of {@link
 * Limits} to share.
 */
final class LimitRules {

    /** {@code memory.max} counts in pages and is rounded down to them. */
    private static final long MIN_MEMORY = 4_096;

    /** {@code PID_MAX_LIMIT} of a 64-bit kernel, see {@code proc_sys_kernel(5)}. */
    private static final int MAX_PIDS = 4_194_304;

    /**
     * The least quota of {@code cpu.max} is 1 ms in a period of 100 ms, {@code
     * min_cfs_quota_period}.
     */
    private static final double MIN_CPUS = 0.01;

    /** The most CPUs that any configuration of the kernel supports. */
    private static final double MAX_CPUS = 8_192;

    /** {@code CGROUP_WEIGHT_MAX}, see the kernel's cgroup-v2.rst. */
    private static final int MAX_WEIGHT = 10_000;

    /** The period of {@code cpu.max} that every runtime uses. */
    private static final long CPU_PERIOD_NANOS = 100_000_000;

    /** As in {@code hugetlb.2MB.max}: {@code hugetlb_cgroup_file_init}, mm/hugetlb_cgroup.c. */
    private static final Pattern PAGE_SIZE = Pattern.compile("[1-9][0-9]{0,3}[KMG]B");

    private LimitRules() {}

    static MemorySize memory(String field, MemorySize size) {
        if (size.bytes() < MIN_MEMORY) {
            throw new SandboxConfigException(
                    field + ": " + size + " is less than one page, " + MemorySize.of(MIN_MEMORY));
        }
        return size;
    }

    static int pids(int limit) {
        return range("pids", limit, MAX_PIDS);
    }

    static double cpus(double cpus) {
        if (!(cpus >= MIN_CPUS && cpus <= MAX_CPUS)) {
            throw new SandboxConfigException(
                    "cpus: "
                            + cpus
                            + " is out of range; accepted are "
                            + MIN_CPUS
                            + " to "
                            + MAX_CPUS);
        }
        return cpus;
    }

    static int cpuWeight(int weight) {
        return range("cpuWeight", weight, MAX_WEIGHT);
    }

    static int ioWeight(int weight) {
        return range("ioWeight", weight, MAX_WEIGHT);
    }

    static void rate(String field, long perSecond) {
        if (perSecond < 1) {
            throw new SandboxConfigException(
                    "ioMax " + field + ": " + perSecond + " is not positive");
        }
    }

    /** Which of two limits of one path holds would be a matter of their order. */
    static void io(List<IoMax> limits) {
        Set<Path> paths = new HashSet<>();
        for (IoMax limit : limits) {
            if (!paths.add(limit.path())) {
                throw new SandboxConfigException("ioMax: two limits of " + limit.path());
            }
        }
    }

    static void hugetlb(String page, MemorySize limit) {
        if (!PAGE_SIZE.matcher(page).matches()) {
            throw new SandboxConfigException(
                    "hugetlb: "
                            + Text.quote(page)
                            + " is no size of a page as the kernel writes it, such as 2MB or 1GB");
        }
        if (limit.bytes() < 0) {
            throw new SandboxConfigException("hugetlb " + page + ": " + limit + " is negative");
        }
    }

    static void notAbove(
            String field, Optional<MemorySize> size, Optional<MemorySize> memory, String why) {
        if (memory.isPresent() && size.isPresent() && size.get().compareTo(memory.get()) > 0) {
            throw new SandboxConfigException(
                    field + ": " + size.get() + " is above memory " + memory.get() + " and " + why);
        }
    }

    /** {@code cpu.max.burst} is at most the quota (tg_set_cfs_bandwidth, kernel/sched/fair.c). */
    static Consumer<Duration> burst(OptionalDouble cpus) {
        return burst -> {
            if (cpus.isEmpty()) {
                throw new SandboxConfigException(
                        "cpuBurst: " + burst + " without cpus: there is nothing to save up");
            }
            long most = Math.round(cpus.getAsDouble() * CPU_PERIOD_NANOS);
            if (burst.isNegative() || burst.compareTo(Duration.ofNanos(most)) > 0) {
                throw new SandboxConfigException(
                        "cpuBurst: "
                                + burst
                                + " is not 0 to what cpus "
                                + cpus.getAsDouble()
                                + " give in 100 ms, "
                                + Duration.ofNanos(most));
            }
        };
    }

    static long rlimit(Rlimit resource, long value) {
        if (value < 0) {
            throw new SandboxConfigException(
                    "rlimit "
                            + resource
                            + ": "
                            + value
                            + " is negative; for no limit use Rlimit.INFINITY");
        }
        return value;
    }

    private static int range(String field, int value, int max) {
        if (value < 1 || value > max) {
            throw new SandboxConfigException(
                    field + ": " + value + " is out of range; accepted are 1 to " + max);
        }
        return value;
    }
}
