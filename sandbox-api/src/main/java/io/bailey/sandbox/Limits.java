package io.bailey.sandbox;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.StringJoiner;

/**
 * What a whole sandbox may use, all its processes together; the kernel enforces it with a control
 * group, see {@code cgroups(7)}. Each is described at the setter of the same name in {@link
 * Sandbox.Builder}.
 *
 * @param memory the most memory in use, at least one page of 4,096 bytes
 * @param memoryHigh the memory from which on the sandbox is slowed down, not above {@code memory}
 * @param memorySwap the most swap in use, on top of {@code memory}
 * @param pids the most processes and threads, 1 to 4,194,304
 * @param cpus the most processor time per second, in CPUs, 0.01 to 8,192
 * @param cpuWeight the share of the processors under contention, 1 to 10,000; the kernel's default
 *     is 100
 * @param cpuset the CPUs to run on, in the list format of {@code cpuset(7)}, normalized
 * @since 0.1
 */
public record Limits(
        Optional<MemorySize> memory,
        Optional<MemorySize> memoryHigh,
        Optional<MemorySize> memorySwap,
        OptionalInt pids,
        OptionalDouble cpus,
        OptionalInt cpuWeight,
        Optional<String> cpuset) {

    private static final Limits NONE =
            new Limits(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalDouble.empty(),
                    OptionalInt.empty(),
                    Optional.empty());

    /**
     * Creates limits.
     *
     * @throws SandboxConfigException if a value is out of its range, or {@code memoryHigh} is above
     *     {@code memory}
     */
    public Limits {
        memory.ifPresent(size -> LimitRules.memory("memory", size));
        memoryHigh.ifPresent(size -> LimitRules.memory("memoryHigh", size));
        Objects.requireNonNull(memorySwap, "memorySwap");
        pids.ifPresent(LimitRules::pids);
        cpus.ifPresent(LimitRules::cpus);
        cpuWeight.ifPresent(LimitRules::cpuWeight);
        cpuset = cpuset.map(Cpuset::normalize);
        if (memory.isPresent()
                && memoryHigh.isPresent()
                && memoryHigh.get().compareTo(memory.get()) > 0) {
            throw new SandboxConfigException(
                    "memoryHigh: "
                            + memoryHigh.get()
                            + " is above memory "
                            + memory.get()
                            + " and would never act");
        }
    }

    /**
     * Returns no limits at all.
     *
     * @return limits that are all empty
     */
    public static Limits none() {
        return NONE;
    }

    /**
     * Tells whether there is no limit.
     *
     * @return true if all are empty
     */
    public boolean isEmpty() {
        return equals(NONE);
    }

    /**
     * Returns those that are set, such as {@code "memory=256M pids=64"}; {@code "none"} if none.
     */
    @Override
    public String toString() {
        StringJoiner set = new StringJoiner(" ").setEmptyValue("none");
        memory.ifPresent(value -> set.add("memory=" + value));
        memoryHigh.ifPresent(value -> set.add("memoryHigh=" + value));
        memorySwap.ifPresent(value -> set.add("memorySwap=" + value));
        pids.ifPresent(value -> set.add("pids=" + value));
        cpus.ifPresent(value -> set.add("cpus=" + value));
        cpuWeight.ifPresent(value -> set.add("cpuWeight=" + value));
        cpuset.ifPresent(value -> set.add("cpuset=" + value));
        return set.toString();
    }
}
