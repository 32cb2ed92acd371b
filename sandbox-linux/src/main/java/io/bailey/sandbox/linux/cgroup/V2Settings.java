package io.bailey.sandbox.linux.cgroup;

import static io.bailey.sandbox.linux.cgroup.Controller.CPU;
import static io.bailey.sandbox.linux.cgroup.Controller.CPUSET;
import static io.bailey.sandbox.linux.cgroup.Controller.MEMORY;
import static io.bailey.sandbox.linux.cgroup.Controller.PIDS;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.linux.cgroup.Setting.Presence;

import java.util.ArrayList;
import java.util.List;

/** Limits as files of a v2 group, Documentation/admin-guide/cgroup-v2.rst. */
final class V2Settings {
    private V2Settings() {}

    static List<Setting> of(Limits limits) {
        LimitRules.check(limits);
        List<Setting> settings = new ArrayList<>();
        memory(limits, settings);
        if (limits.pids().isPresent()) {
            String pids = Integer.toString(limits.pids().getAsInt());
            settings.add(Setting.required(PIDS, "pids.max", pids, "pids " + pids));
        }
        if (limits.cpus().isPresent()) {
            double cpus = limits.cpus().getAsDouble();
            String max = LimitRules.quotaMicros(cpus) + " " + LimitRules.CPU_PERIOD_MICROS;
            settings.add(Setting.required(CPU, "cpu.max", max, "cpus " + cpus));
        }
        if (limits.cpuWeight().isPresent()) {
            String weight = Integer.toString(limits.cpuWeight().getAsInt());
            settings.add(Setting.required(CPU, "cpu.weight", weight, "cpuWeight " + weight));
        }
        if (limits.cpuset().isPresent()) {
            String cpus = limits.cpuset().get();
            settings.add(Setting.required(CPUSET, "cpuset.cpus", cpus, "cpuset " + cpus));
        }
        return settings;
    }

    private static void memory(Limits limits, List<Setting> settings) {
        if (limits.memory().isPresent()) {
            MemorySize memory = limits.memory().get();
            settings.add(
                    Setting.required(
                            MEMORY,
                            "memory.max",
                            Long.toString(memory.bytes()),
                            "memory " + memory));
            // The sandbox dies as a whole: half of it alive after an OOM kill is nobody's idea of a
            // result. Linux 4.19.
            settings.add(
                    new Setting(
                            MEMORY, "memory.oom.group", "1", "memory " + memory, Presence.WELCOME));
            if (limits.memorySwap().isEmpty()) {
                settings.add(Setting.swap("memory.swap.max", 0, memory));
            }
        }
        if (limits.memorySwap().isPresent()) {
            MemorySize swap = limits.memorySwap().get();
            settings.add(
                    Setting.required(
                            MEMORY,
                            "memory.swap.max",
                            Long.toString(swap.bytes()),
                            "memorySwap " + swap));
        }
        if (limits.memoryHigh().isPresent()) {
            MemorySize high = limits.memoryHigh().get();
            settings.add(
                    Setting.required(
                            MEMORY,
                            "memory.high",
                            Long.toString(high.bytes()),
                            "memoryHigh " + high));
        }
    }
}
