package io.bailey.sandbox;

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
