package io.bailey.sandbox.linux.cgroup;

import static io.bailey.sandbox.linux.cgroup.Controller.CPU;
import static io.bailey.sandbox.linux.cgroup.Controller.CPUSET;
import static io.bailey.sandbox.linux.cgroup.Controller.MEMORY;
import static io.bailey.sandbox.linux.cgroup.Controller.PIDS;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;

import java.util.ArrayList;
import java.util.List;

/**
 * Limits as files of v1 groups, Documentation/admin-guide/cgroup-v1. {@code memoryHigh} has no
 * counterpart there.
 */
final class V1Settings {
    private V1Settings() {}

    static List<Setting> of(Limits limits) {
        LimitRules.check(limits);
        List<Setting> settings = new ArrayList<>();
        if (limits.memory().isPresent()) {
            memory(limits.memory().get(), limits, settings);
        }
        if (limits.pids().isPresent()) {
            String pids = Integer.toString(limits.pids().getAsInt());
            settings.add(Setting.required(PIDS, "pids.max", pids, "pids " + pids));
        }
        if (limits.cpus().isPresent()) {
            double cpus = limits.cpus().getAsDouble();
            String period = Long.toString(LimitRules.CPU_PERIOD_MICROS);
            settings.add(Setting.required(CPU, "cpu.cfs_period_us", period, "cpus " + cpus));
            String quota = Long.toString(LimitRules.quotaMicros(cpus));
            settings.add(Setting.required(CPU, "cpu.cfs_quota_us", quota, "cpus " + cpus));
        }
        if (limits.cpuWeight().isPresent()) {
            int weight = limits.cpuWeight().getAsInt();
            String shares = Long.toString(LimitRules.sharesOfWeight(weight));
            settings.add(Setting.required(CPU, "cpu.shares", shares, "cpuWeight " + weight));
        }
        if (limits.cpuset().isPresent()) {
            String cpus = limits.cpuset().get();
            settings.add(Setting.required(CPUSET, "cpuset.cpus", cpus, "cpuset " + cpus));
        }
        return settings;
    }

    /** memory.memsw counts both, may not be the lesser, and so is written second. */
    private static void memory(MemorySize memory, Limits limits, List<Setting> settings) {
        String bytes = Long.toString(memory.bytes());
        settings.add(Setting.required(MEMORY, "memory.limit_in_bytes", bytes, "memory " + memory));
        String both = "memory.memsw.limit_in_bytes";
        if (limits.memorySwap().isPresent()) {
            MemorySize swap = limits.memorySwap().get();
            long sum =
                    memory.bytes() > Long.MAX_VALUE - swap.bytes()
                            ? Long.MAX_VALUE
                            : memory.bytes() + swap.bytes();
            settings.add(Setting.required(MEMORY, both, Long.toString(sum), "memorySwap " + swap));
        } else {
            settings.add(Setting.swap(both, memory.bytes(), memory));
        }
    }

    /**
     * What v1 cannot do, each with the reason. Its soft limit is a hint for reclaim, no throttle as
     * memory.high is.
     */
    static List<Problem> impossible(Limits limits) {
        List<Problem> impossible = new ArrayList<>();
        if (limits.memoryHigh().isPresent()) {
            impossible.add(
                    new Problem(
                            "memoryHigh " + limits.memoryHigh().get(),
                            "this host binds the memory controller to cgroup v1, which has no memory.high",
                            "boot with systemd.unified_cgroup_hierarchy=1, or leave memoryHigh out"));
        }
        if (limits.memorySwap().isPresent() && limits.memory().isEmpty()) {
            impossible.add(
                    new Problem(
                            "memorySwap " + limits.memorySwap().get(),
                            "cgroup v1 limits the sum of memory and swap only",
                            "set memory as well"));
        }
        return impossible;
    }
}
