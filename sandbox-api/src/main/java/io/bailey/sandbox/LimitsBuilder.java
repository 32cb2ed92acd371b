package io.bailey.sandbox;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Collects the limits of a {@link SandboxBuilder}, each of them at most once. */
final class LimitsBuilder {

    private final Once once;
    private Optional<MemorySize> memory;
    private Optional<MemorySize> memoryHigh;
    private Optional<MemorySize> memorySwap;
    private OptionalInt pids;
    private OptionalDouble cpus;
    private OptionalInt cpuWeight;
    private Optional<String> cpuset;

    LimitsBuilder(Limits inherited, Once once) {
        this.once = once;
        memory = inherited.memory();
        memoryHigh = inherited.memoryHigh();
        memorySwap = inherited.memorySwap();
        pids = inherited.pids();
        cpus = inherited.cpus();
        cpuWeight = inherited.cpuWeight();
        cpuset = inherited.cpuset();
    }

    void memory(MemorySize limit) {
        memory = Optional.of(once.set("memory", LimitRules.memory("memory", limit)));
    }

    void memoryHigh(MemorySize limit) {
        memoryHigh = Optional.of(once.set("memoryHigh", LimitRules.memory("memoryHigh", limit)));
    }

    void memorySwap(MemorySize limit) {
        memorySwap = Optional.of(once.set("memorySwap", limit));
    }

    void pids(int limit) {
        pids = OptionalInt.of(once.set("pids", LimitRules.pids(limit)));
    }

    void cpus(double limit) {
        cpus = OptionalDouble.of(once.set("cpus", LimitRules.cpus(limit)));
    }

    void cpuWeight(int weight) {
        cpuWeight = OptionalInt.of(once.set("cpuWeight", LimitRules.cpuWeight(weight)));
    }

    void cpuset(String list) {
        cpuset = Optional.of(once.set("cpuset", Cpuset.normalize(list)));
    }

    Limits build() {
        // A limit on memory that lets the rest go to swap is none, so without a word about swap
        // there is none of it.
        Optional<MemorySize> swap = memorySwap.or(() -> memory.map(_ -> MemorySize.of(0)));
        return new Limits(memory, memoryHigh, swap, pids, cpus, cpuWeight, cpuset);
    }
}
