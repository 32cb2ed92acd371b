package io.bailey.sandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What a whole sandbox may use, all its processes together; the kernel enforces it with a control
 * group, see {@code cgroups(7)}. Each is described at the setter of the same name in {@link
 * Sandbox.Builder}.
 *
 * {@snippet :
 * container.update(container.limits().toBuilder().memory("512M").cpus(0.5).build());
 * }
 *
 * @param memory the most memory in use, at least one page of 4,096 bytes
 * @param memoryHigh the memory from which on the sandbox is slowed down, not above {@code memory}
 * @param memoryLow the memory that is not taken away while others have more, not above {@code
 *     memory}
 * @param memorySwap the most swap in use, on top of {@code memory}
 * @param pids the most processes and threads, 1 to 4,194,304
 * @param cpus the most processor time per second, in CPUs, 0.01 to 8,192
 * @param cpuBurst unused processor time of {@code cpus} that may be saved up for a peak, at most
 *     what {@code cpus} gives in 100 ms
 * @param cpuWeight the share of the processors under contention, 1 to 10,000; the kernel's default
 *     is 100
 * @param cpuset the CPUs to run on, in the list format of {@code cpuset(7)}, normalized
 * @param ioWeight the share of disks under contention, 1 to 10,000; the kernel's default is 100
 * @param io the most that may be read from and written to disks, at most one for each path;
 *     immutable
 * @param hugetlb the most huge pages in use, by their size such as {@code 2MB}; immutable
 * @since 0.1
 */
public record Limits(
        Optional<MemorySize> memory,
        Optional<MemorySize> memoryHigh,
        Optional<MemorySize> memoryLow,
        Optional<MemorySize> memorySwap,
        OptionalInt pids,
        OptionalDouble cpus,
        Optional<Duration> cpuBurst,
        OptionalInt cpuWeight,
        Optional<String> cpuset,
        OptionalInt ioWeight,
        List<IoMax> io,
        Map<String, MemorySize> hugetlb) {

    private static final Limits NONE =
            new Limits(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalDouble.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    List.of(),
                    Map.of());

    /**
     * Creates limits; {@link #builder()} is the shorter way.
     *
     * @throws SandboxConfigException if a value is out of its range, {@code memoryHigh} or {@code
     *     memoryLow} is above {@code memory}, {@code cpuBurst} is more than {@code cpus} give or
     *     there are none, or two of {@code io} are of one path
     */
    public Limits {
        memory.ifPresent(size -> LimitRules.memory("memory", size));
        memoryHigh.ifPresent(size -> LimitRules.memory("memoryHigh", size));
        Objects.requireNonNull(memoryLow, "memoryLow");
        Objects.requireNonNull(memorySwap, "memorySwap");
        pids.ifPresent(LimitRules::pids);
        cpus.ifPresent(LimitRules::cpus);
        cpuWeight.ifPresent(LimitRules::cpuWeight);
        cpuset = cpuset.map(Cpuset::normalize);
        ioWeight.ifPresent(LimitRules::ioWeight);
        io = List.copyOf(io);
        LimitRules.io(io);
        hugetlb = Collections.unmodifiableMap(new TreeMap<>(hugetlb));
        hugetlb.forEach(LimitRules::hugetlb);
        LimitRules.notAbove("memoryHigh", memoryHigh, memory, "would never act");
        LimitRules.notAbove("memoryLow", memoryLow, memory, "cannot be kept");
        cpuBurst.ifPresent(LimitRules.burst(cpus));
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
     * Returns a builder without limits.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder(NONE);
    }

    /**
     * Returns a builder that begins with these limits.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return new Builder(this);
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
        memoryLow.ifPresent(value -> set.add("memoryLow=" + value));
        memorySwap.ifPresent(value -> set.add("memorySwap=" + value));
        pids.ifPresent(value -> set.add("pids=" + value));
        cpus.ifPresent(value -> set.add("cpus=" + value));
        cpuBurst.ifPresent(value -> set.add("cpuBurst=" + value));
        cpuWeight.ifPresent(value -> set.add("cpuWeight=" + value));
        cpuset.ifPresent(value -> set.add("cpuset=" + value));
        ioWeight.ifPresent(value -> set.add("ioWeight=" + value));
        io.forEach(value -> set.add("ioMax=" + value));
        hugetlb.forEach((page, value) -> set.add("hugetlb." + page + "=" + value));
        return set.toString();
    }

    /**
     * Collects limits. Each setter checks its value; {@link #build()} checks whether they go
     * together. A later value replaces an earlier one.
     *
     * @since 0.1
     */
    public static final class Builder {
        private Optional<MemorySize> memory;
        private Optional<MemorySize> memoryHigh;
        private Optional<MemorySize> memoryLow;
        private Optional<MemorySize> memorySwap;
        private OptionalInt pids;
        private OptionalDouble cpus;
        private Optional<Duration> cpuBurst;
        private OptionalInt cpuWeight;
        private Optional<String> cpuset;
        private OptionalInt ioWeight;
        private final List<IoMax> io;
        private final Map<String, MemorySize> hugetlb;

        private Builder(Limits inherited) {
            memory = inherited.memory();
            memoryHigh = inherited.memoryHigh();
            memoryLow = inherited.memoryLow();
            memorySwap = inherited.memorySwap();
            pids = inherited.pids();
            cpus = inherited.cpus();
            cpuBurst = inherited.cpuBurst();
            cpuWeight = inherited.cpuWeight();
            cpuset = inherited.cpuset();
            ioWeight = inherited.ioWeight();
            io = new ArrayList<>(inherited.io());
            hugetlb = new TreeMap<>(inherited.hugetlb());
        }

        /**
         * Sets the most memory in use, see {@link Sandbox.Builder#memory(MemorySize)}.
         *
         * @param limit at least one page of 4,096 bytes
         * @return this builder
         * @throws SandboxConfigException if it is less
         */
        public Builder memory(MemorySize limit) {
            memory = Optional.of(LimitRules.memory("memory", limit));
            return this;
        }

        /**
         * Sets the most memory in use, see {@link Sandbox.Builder#memory(MemorySize)}.
         *
         * @param limit as {@link MemorySize#parse(String)} reads it
         * @return this builder
         * @throws SandboxConfigException if it is no size, or less than a page
         */
        public Builder memory(String limit) {
            return memory(MemorySize.parse("memory", limit));
        }

        /**
         * Sets the memory from which on the sandbox is slowed down, see {@link
         * Sandbox.Builder#memoryHigh(MemorySize)}.
         *
         * @param limit at least one page of 4,096 bytes
         * @return this builder
         * @throws SandboxConfigException if it is less
         */
        public Builder memoryHigh(MemorySize limit) {
            memoryHigh = Optional.of(LimitRules.memory("memoryHigh", limit));
            return this;
        }

        /**
         * Sets the memory from which on the sandbox is slowed down, see {@link
         * Sandbox.Builder#memoryHigh(MemorySize)}.
         *
         * @param limit as {@link MemorySize#parse(String)} reads it; at least 4,096 bytes
         * @return this builder
         * @throws SandboxConfigException if it is no size, or less than a page
         */
        public Builder memoryHigh(String limit) {
            return memoryHigh(MemorySize.parse("memoryHigh", limit));
        }

        /**
         * Sets the memory that is not taken away while others have more, see {@link
         * Sandbox.Builder#memoryLow(MemorySize)}.
         *
         * @param amount zero or more
         * @return this builder
         */
        public Builder memoryLow(MemorySize amount) {
            memoryLow = Optional.of(amount);
            return this;
        }

        /**
         * Sets the memory that is not taken away while others have more, see {@link
         * Sandbox.Builder#memoryLow(MemorySize)}.
         *
         * @param amount as {@link MemorySize#parse(String)} reads it
         * @return this builder
         * @throws SandboxConfigException if it is no size
         */
        public Builder memoryLow(String amount) {
            return memoryLow(MemorySize.parse("memoryLow", amount));
        }

        /**
         * Sets the most swap in use, see {@link Sandbox.Builder#memorySwap(MemorySize)}.
         *
         * @param limit zero for none
         * @return this builder
         */
        public Builder memorySwap(MemorySize limit) {
            memorySwap = Optional.of(limit);
            return this;
        }

        /**
         * Sets the most swap in use, see {@link Sandbox.Builder#memorySwap(MemorySize)}.
         *
         * @param limit as {@link MemorySize#parse(String)} reads it; {@code "0"} for none
         * @return this builder
         * @throws SandboxConfigException if it is no size
         */
        public Builder memorySwap(String limit) {
            return memorySwap(MemorySize.parse("memorySwap", limit));
        }

        /**
         * Sets the most processes and threads, see {@link Sandbox.Builder#pids(int)}.
         *
         * @param limit 1 to 4,194,304
         * @return this builder
         * @throws SandboxConfigException if it is out of range
         */
        public Builder pids(int limit) {
            pids = OptionalInt.of(LimitRules.pids(limit));
            return this;
        }

        /**
         * Sets the most processor time per second, see {@link Sandbox.Builder#cpus(double)}.
         *
         * @param limit in CPUs, 0.01 to 8,192
         * @return this builder
         * @throws SandboxConfigException if it is out of range
         */
        public Builder cpus(double limit) {
            cpus = OptionalDouble.of(LimitRules.cpus(limit));
            return this;
        }

        /**
         * Sets how much unused processor time may be saved up for a peak, see {@link
         * Sandbox.Builder#cpuBurst(Duration)}.
         *
         * @param time at most what {@code cpus} give in 100 ms
         * @return this builder
         */
        public Builder cpuBurst(Duration time) {
            cpuBurst = Optional.of(time);
            return this;
        }

        /**
         * Sets the share of the processors under contention, see {@link
         * Sandbox.Builder#cpuWeight(int)}.
         *
         * @param weight 1 to 10,000
         * @return this builder
         * @throws SandboxConfigException if it is out of range
         */
        public Builder cpuWeight(int weight) {
            cpuWeight = OptionalInt.of(LimitRules.cpuWeight(weight));
            return this;
        }

        /**
         * Sets the CPUs to run on, see {@link Sandbox.Builder#cpuset(String)}.
         *
         * @param list in the format of {@code cpuset(7)}, such as {@code "0-3,8"}
         * @return this builder
         * @throws SandboxConfigException if it is no such list
         */
        public Builder cpuset(String list) {
            cpuset = Optional.of(Cpuset.normalize(list));
            return this;
        }

        /**
         * Sets the share of disks under contention, see {@link Sandbox.Builder#ioWeight(int)}.
         *
         * @param weight 1 to 10,000
         * @return this builder
         * @throws SandboxConfigException if it is out of range
         */
        public Builder ioWeight(int weight) {
            ioWeight = OptionalInt.of(LimitRules.ioWeight(weight));
            return this;
        }

        /**
         * Sets the most that may be read from and written to a disk, in the place of what was set
         * for the same path, see {@link Sandbox.Builder#ioMax(IoMax)}.
         *
         * @param limit the path of a file or directory on that disk, and how much
         * @return this builder
         */
        public Builder ioMax(IoMax limit) {
            io.removeIf(before -> before.path().equals(limit.path()));
            io.add(limit);
            return this;
        }

        /**
         * Sets the most huge pages in use, see {@link Sandbox.Builder#hugetlb(String, MemorySize)}.
         *
         * @param page the size of a page as the kernel writes it, such as {@code 2MB}
         * @param limit the most of them, in bytes
         * @return this builder
         * @throws SandboxConfigException if it is no such size
         */
        public Builder hugetlb(String page, MemorySize limit) {
            LimitRules.hugetlb(page, limit);
            hugetlb.put(page, limit);
            return this;
        }

        /**
         * Sets the most huge pages in use, see {@link Sandbox.Builder#hugetlb(String, MemorySize)}.
         *
         * @param page the size of a page as the kernel writes it, such as {@code 2MB}
         * @param limit the most of them, as {@link MemorySize#parse(String)} reads it
         * @return this builder
         * @throws SandboxConfigException if one of the two is no such size
         */
        public Builder hugetlb(String page, String limit) {
            return hugetlb(page, MemorySize.parse("hugetlb", limit));
        }

        /**
         * Returns the limits. Where there is one on memory and no word about swap, there is none of
         * that: a limit that lets the rest go to swap is none.
         *
         * @return what was set
         * @throws SandboxConfigException if limits contradict each other, see {@link Limits}
         */
        public Limits build() {
            Optional<MemorySize> swap = memorySwap.or(() -> memory.map(_ -> MemorySize.of(0)));
            return new Limits(
                    memory,
                    memoryHigh,
                    memoryLow,
                    swap,
                    pids,
                    cpus,
                    cpuBurst,
                    cpuWeight,
                    cpuset,
                    ioWeight,
                    io,
                    hugetlb);
        }
    }
}
