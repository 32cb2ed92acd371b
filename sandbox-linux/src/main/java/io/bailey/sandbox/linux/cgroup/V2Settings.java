package io.bailey.sandbox.linux.cgroup;

import static io.bailey.sandbox.linux.cgroup.Controller.CPU;
import static io.bailey.sandbox.linux.cgroup.Controller.CPUSET;
import static io.bailey.sandbox.linux.cgroup.Controller.HUGETLB;
import static io.bailey.sandbox.linux.cgroup.Controller.IO;
import static io.bailey.sandbox.linux.cgroup.Controller.MEMORY;
import static io.bailey.sandbox.linux.cgroup.Controller.PIDS;

import io.bailey.sandbox.IoMax;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Limits as files of a v2 group, Documentation/admin-guide/cgroup-v2.rst. */
final class V2Settings {
    static final String OOM_GROUP = "memory.oom.group";

    private static final String NONE = "max";

    private V2Settings() {}

    static List<Setting> of(Limits limits, Disks disks) {
        LimitRules.check(limits);
        List<Setting> settings = new ArrayList<>();
        memory(limits, settings);
        if (limits.pids().isPresent()) {
            String pids = Integer.toString(limits.pids().getAsInt());
            settings.add(Setting.required(PIDS, "pids.max", pids, NONE, "pids " + pids));
        }
        cpu(limits, settings);
        if (limits.cpuset().isPresent()) {
            String cpus = limits.cpuset().get();
            // An empty list is that of the group above; "" would be no write at all.
            settings.add(Setting.required(CPUSET, "cpuset.cpus", cpus, "\n", "cpuset " + cpus));
        }
        io(limits, disks, settings);
        limits.hugetlb().forEach((page, most) -> hugetlb(page, most, settings));
        return settings;
    }

    private static void cpu(Limits limits, List<Setting> settings) {
        if (limits.cpus().isPresent()) {
            double cpus = limits.cpus().getAsDouble();
            String max = LimitRules.quotaMicros(cpus) + " " + LimitRules.CPU_PERIOD_MICROS;
            String lifted = NONE + " " + LimitRules.CPU_PERIOD_MICROS;
            settings.add(Setting.required(CPU, "cpu.max", max, lifted, "cpus " + cpus));
        }
        if (limits.cpuBurst().isPresent()) {
            Duration burst = limits.cpuBurst().get();
            String micros = Long.toString(LimitRules.micros(burst));
            // Linux 5.14.
            settings.add(Setting.required(CPU, "cpu.max.burst", micros, "0", "cpuBurst " + burst));
        }
        if (limits.cpuWeight().isPresent()) {
            String weight = Integer.toString(limits.cpuWeight().getAsInt());
            String asked = "cpuWeight " + weight;
            settings.add(Setting.required(CPU, "cpu.weight", weight, "100", asked));
        }
    }

    private static void memory(Limits limits, List<Setting> settings) {
        if (limits.memory().isPresent()) {
            MemorySize memory = limits.memory().get();
            String asked = "memory " + memory;
            settings.add(bytes("memory.max", memory, NONE, asked));
            // The sandbox dies as a whole: half of it alive after an OOM kill is nobody's idea of a
            // result. Linux 4.19.
            settings.add(Setting.welcome(MEMORY, OOM_GROUP, "1", "0", asked));
            if (limits.memorySwap().isEmpty()) {
                settings.add(Setting.swap("memory.swap.max", 0, NONE, memory));
            }
        }
        if (limits.memorySwap().isPresent()) {
            MemorySize swap = limits.memorySwap().get();
            // A size of zero beside a limit on memory is what is meant without a word about swap.
            settings.add(
                    swap.bytes() == 0 && limits.memory().isPresent()
                            ? Setting.swap("memory.swap.max", 0, NONE, limits.memory().get())
                            : bytes("memory.swap.max", swap, NONE, "memorySwap " + swap));
        }
        if (limits.memoryHigh().isPresent()) {
            MemorySize high = limits.memoryHigh().get();
            settings.add(bytes("memory.high", high, NONE, "memoryHigh " + high));
        }
        if (limits.memoryLow().isPresent()) {
            MemorySize low = limits.memoryLow().get();
            settings.add(bytes("memory.low", low, "0", "memoryLow " + low));
        }
    }

    private static Setting bytes(String file, MemorySize size, String lifted, String asked) {
        return Setting.required(MEMORY, file, Long.toString(size.bytes()), lifted, asked);
    }

    private static void io(Limits limits, Disks disks, List<Setting> settings) {
        if (limits.ioWeight().isPresent()) {
            int weight = limits.ioWeight().getAsInt();
            String asked = "ioWeight " + weight;
            // Kernels without the cost model have the weight of the BFQ scheduler.
            settings.add(
                    Setting.required(IO, "io.weight", "default " + weight, "default 100", asked)
                            .or(
                                    Setting.required(
                                            IO,
                                            "io.bfq.weight",
                                            "default " + LimitRules.bfqWeight(weight),
                                            "default 100",
                                            asked)));
        }
        if (!limits.io().isEmpty()) {
            disks.byDisk(limits.io())
                    .forEach((disk, max) ->
                            settings.add(
                                    Setting.required(
                                            IO,
                                            "io.max",
                                            disk + " " + line(max),
                                            disk + " " + line(IoMax.of(max.path())),
                                            "ioMax " + max)));
        }
    }

    private static String line(IoMax max) {
        return "rbps="
                + orMax(max.readBytes())
                + " wbps="
                + orMax(max.writeBytes())
                + " riops="
                + orMax(max.readOps())
                + " wiops="
                + orMax(max.writeOps());
    }

    private static String orMax(OptionalLong rate) {
        return rate.isPresent() ? Long.toString(rate.getAsLong()) : NONE;
    }

    private static void hugetlb(String page, MemorySize most, List<Setting> settings) {
        String value = Long.toString(most.bytes());
        String asked = "hugetlb " + page + " " + most;
        settings.add(Setting.required(HUGETLB, "hugetlb." + page + ".max", value, NONE, asked));
        // What cannot be reserved is refused to mmap(2) instead of ending in SIGBUS. Linux 5.7.
        settings.add(Setting.welcome(HUGETLB, "hugetlb." + page + ".rsvd.max", value, NONE, asked));
    }
}
