package io.bailey.sandbox;

import java.time.Duration;
import java.util.function.Consumer;

/** Collects the limits of a {@link SandboxBuilder}, each of them at most once. */
final class LimitsBuilder {

    private final Once once;
    private final Limits.Builder limits;

    LimitsBuilder(Limits inherited, Once once) {
        this.once = once;
        this.limits = inherited.toBuilder();
    }

    /** The value first: a wrong one does not count as set. */
    private <T> void set(String setting, T value, Consumer<T> setter) {
        setter.accept(value);
        once.set(setting, value);
    }

    void memory(MemorySize limit) {
        set("memory", LimitRules.memory("memory", limit), limits::memory);
    }

    void memoryHigh(MemorySize limit) {
        set("memoryHigh", LimitRules.memory("memoryHigh", limit), limits::memoryHigh);
    }

    void memoryLow(MemorySize amount) {
        set("memoryLow", amount, limits::memoryLow);
    }

    void memorySwap(MemorySize limit) {
        set("memorySwap", limit, limits::memorySwap);
    }

    void pids(int limit) {
        set("pids", limit, limits::pids);
    }

    void cpus(double limit) {
        set("cpus", limit, limits::cpus);
    }

    void cpuBurst(Duration time) {
        set("cpuBurst", time, limits::cpuBurst);
    }

    void cpuWeight(int weight) {
        set("cpuWeight", weight, limits::cpuWeight);
    }

    void cpuset(String list) {
        set("cpuset", Cpuset.normalize(list), limits::cpuset);
    }

    void ioWeight(int weight) {
        set("ioWeight", weight, limits::ioWeight);
    }

    void ioMax(IoMax limit) {
        set("ioMax of " + limit.path(), limit, limits::ioMax);
    }

    void hugetlb(String page, MemorySize limit) {
        set("hugetlb of " + page, limit, value -> limits.hugetlb(page, value));
    }

    Limits build() {
        return limits.build();
    }
}
