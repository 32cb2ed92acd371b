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
import java.util.Set;

/**
 * Limits as files of v1 groups, Documentation/admin-guide/cgroup-v1. {@code memoryHigh} and {@code
 * memoryLow} have no counterpart there.
 */
final class V1Settings {
    static final String MEMORY_LIMIT = "memory.limit_in_bytes";
    static final String MEMORY_AND_SWAP = "memory.memsw.limit_in_bytes";

    /** No limit, as v1 takes it. */
    static final String NONE = "-1";

    private V1Settings() {}

    static List<Setting> of(Limits limits, Disks disks) {
        LimitRules.check(limits);
        List<Setting> settings = new ArrayList<>();
        if (limits.memory().isPresent()) {
            memory(limits.memory().get(), limits, settings);
        }
        if (limits.pids().isPresent()) {
            String pids = Integer.toString(limits.pids().getAsInt());
            settings.add(Setting.required(PIDS, "pids.max", pids, "max", "pids " + pids));
        }
        cpu(limits, settings);
        if (limits.cpuset().isPresent()) {
            String cpus = limits.cpuset().get();
            settings.add(Setting.inherited(CPUSET, "cpuset.cpus", cpus, "cpuset " + cpus));
        }
        io(limits, disks, settings);
        limits.hugetlb().forEach((page, most) -> hugetlb(page, most, settings));
        return settings;
    }

    private static void cpu(Limits limits, List<Setting> settings) {
        if (limits.cpus().isPresent()) {
            double cpus = limits.cpus().getAsDouble();
            String asked = "cpus " + cpus;
            String period = Long.toString(LimitRules.CPU_PERIOD_MICROS);
            settings.add(Setting.required(CPU, "cpu.cfs_period_us", period, period, asked));
            String quota = Long.toString(LimitRules.quotaMicros(cpus));
            settings.add(Setting.required(CPU, "cpu.cfs_quota_us", quota, NONE, asked));
        }
        if (limits.cpuBurst().isPresent()) {
            Duration burst = limits.cpuBurst().get();
            String micros = Long.toString(LimitRules.micros(burst));
            // Linux 5.14.
            String asked = "cpuBurst " + burst;
            settings.add(Setting.required(CPU, "cpu.cfs_burst_us", micros, "0", asked));
        }
        if (limits.cpuWeight().isPresent()) {
            int weight = limits.cpuWeight().getAsInt();
            String shares = Long.toString(LimitRules.sharesOfWeight(weight));
            String asked = "cpuWeight " + weight;
            settings.add(Setting.required(CPU, "cpu.shares", shares, "1024", asked));
        }
    }

    /** memory.memsw counts both, may not be the lesser, and so is written second. */
    private static void memory(MemorySize memory, Limits limits, List<Setting> settings) {
        String bytes = Long.toString(memory.bytes());
        settings.add(Setting.required(MEMORY, MEMORY_LIMIT, bytes, NONE, "memory " + memory));
        long swap = limits.memorySwap().map(MemorySize::bytes).orElse(0L);
        if (swap == 0) {
            settings.add(Setting.swap(MEMORY_AND_SWAP, memory.bytes(), NONE, memory));
            return;
        }
        long sum = memory.bytes() > Long.MAX_VALUE - swap ? Long.MAX_VALUE : memory.bytes() + swap;
        String asked = "memorySwap " + limits.memorySwap().get();
        settings.add(Setting.required(MEMORY, MEMORY_AND_SWAP, Long.toString(sum), NONE, asked));
    }

    private static void io(Limits limits, Disks disks, List<Setting> settings) {
        if (limits.ioWeight().isPresent()) {
            int weight = limits.ioWeight().getAsInt();
            String asked = "ioWeight " + weight;
            String bfq = Integer.toString(LimitRules.bfqWeight(weight));
            // Kernels before 5.0 have that of the CFQ scheduler, whose default is 500.
            String cfq = Integer.toString(LimitRules.cfqWeight(weight));
            settings.add(
                    Setting.required(IO, "blkio.bfq.weight", bfq, "100", asked)
                            .or(Setting.required(IO, "blkio.weight", cfq, "500", asked)));
        }
        if (!limits.io().isEmpty()) {
            disks.byDisk(limits.io()).forEach((disk, max) -> throttle(disk, max, settings));
        }
    }

    private static void throttle(String disk, IoMax max, List<Setting> settings) {
        rate("read_bps", disk, max.readBytes(), max, settings);
        rate("write_bps", disk, max.writeBytes(), max, settings);
        rate("read_iops", disk, max.readOps(), max, settings);
        rate("write_iops", disk, max.writeOps(), max, settings);
    }

    private static void rate(
            String what, String disk, OptionalLong rate, IoMax max, List<Setting> settings) {
        if (rate.isPresent()) {
            settings.add(
                    Setting.required(
                            IO,
                            "blkio.throttle." + what + "_device",
                            disk + " " + rate.getAsLong(),
                            disk + " 0",
                            "ioMax " + max));
        }
    }

    private static void hugetlb(String page, MemorySize most, List<Setting> settings) {
        String value = Long.toString(most.bytes());
        String asked = "hugetlb " + page + " " + most;
        String file = "hugetlb." + page + ".limit_in_bytes";
        settings.add(Setting.required(HUGETLB, file, value, NONE, asked));
        String reserved = "hugetlb." + page + ".rsvd.limit_in_bytes";
        settings.add(Setting.welcome(HUGETLB, reserved, value, NONE, asked));
    }

    /** The controllers that those of {@code limits} take that v1 can do. */
    static Set<Controller> neededBy(Limits limits) {
        Set<Controller> needed = Controller.neededBy(limits);
        if (limits.memory().isEmpty()) {
            needed.remove(MEMORY);
        }
        return needed;
    }

    /**
     * What v1 cannot do, each with the reason. Its soft limit is a hint for reclaim, no throttle as
     * memory.high is and no protection as memory.low is.
     */
    static List<Problem> impossible(Limits limits) {
        List<Problem> impossible = new ArrayList<>();
        if (limits.memoryHigh().isPresent()) {
            impossible.add(lacks("memoryHigh", limits.memoryHigh().get(), "memory.high"));
        }
        if (limits.memoryLow().isPresent()) {
            impossible.add(lacks("memoryLow", limits.memoryLow().get(), "memory.low"));
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

    private static Problem lacks(String limit, MemorySize size, String file) {
        return new Problem(
                limit + " " + size,
                "this host binds the memory controller to cgroup v1, which has no " + file,
                "boot with systemd.unified_cgroup_hierarchy=1, or leave " + limit + " out");
    }
}
