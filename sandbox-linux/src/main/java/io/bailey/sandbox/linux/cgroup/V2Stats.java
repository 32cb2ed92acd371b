package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Stats;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** One reading of everything a v2 group accounts. */
final class V2Stats {
    private V2Stats() {}

    static Stats read(GroupDirectory directory) {
        StatsFiles files = new StatsFiles();
        Optional<GroupDirectory> group = Optional.of(directory);
        return new Stats(
                Instant.now(),
                cpu(files, group),
                memory(files, group),
                io(files, group),
                new Stats.Pids(
                        CgroupText.number(files.read(group, "pids.current")),
                        CgroupText.number(files.read(group, "pids.peak")),
                        CgroupText.field(files.read(group, "pids.events"), "max")),
                files.pressure(group, "cpu.pressure"),
                files.pressure(group, "memory.pressure"),
                files.pressure(group, "io.pressure"),
                files.missing());
    }

    private static Stats.Cpu cpu(StatsFiles files, Optional<GroupDirectory> group) {
        String stat = files.read(group, "cpu.stat");
        return new Stats.Cpu(
                StatsFiles.micros(CgroupText.field(stat, "usage_usec")),
                StatsFiles.micros(CgroupText.field(stat, "user_usec")),
                StatsFiles.micros(CgroupText.field(stat, "system_usec")),
                CgroupText.field(stat, "nr_periods"),
                CgroupText.field(stat, "nr_throttled"),
                StatsFiles.micros(CgroupText.field(stat, "throttled_usec")));
    }

    private static Stats.Memory memory(StatsFiles files, Optional<GroupDirectory> group) {
        String stat = files.read(group, "memory.stat");
        String events = files.read(group, "memory.events");
        return new Stats.Memory(
                CgroupText.number(files.read(group, "memory.current")),
                CgroupText.number(files.read(group, "memory.peak")),
                CgroupText.number(files.read(group, "memory.swap.current")),
                CgroupText.field(stat, "anon"),
                CgroupText.field(stat, "file"),
                CgroupText.field(stat, "shmem"),
                kernel(stat),
                CgroupText.field(stat, "pgfault"),
                CgroupText.field(stat, "pgmajfault"),
                CgroupText.field(events, "high"),
                CgroupText.field(events, "max"),
                CgroupText.field(events, "oom_kill"));
    }

    /** One sum since Linux 5.18. */
    private static OptionalLong kernel(String stat) {
        OptionalLong kernel = CgroupText.field(stat, "kernel");
        OptionalLong stacks = CgroupText.field(stat, "kernel_stack");
        if (kernel.isPresent() || stacks.isEmpty()) {
            return kernel;
        }
        return OptionalLong.of(
                stacks.getAsLong()
                        + CgroupText.field(stat, "pagetables").orElse(0)
                        + CgroupText.field(stat, "percpu").orElse(0)
                        + CgroupText.field(stat, "slab").orElse(0)
                        + CgroupText.field(stat, "sock").orElse(0));
    }

    private static Stats.Io io(StatsFiles files, Optional<GroupDirectory> group) {
        String stat = files.read(group, "io.stat");
        boolean kept = !files.missing().contains("io.stat");
        return new Stats.Io(
                sum(kept, stat, "rbytes"),
                sum(kept, stat, "wbytes"),
                sum(kept, stat, "rios"),
                sum(kept, stat, "wios"));
    }

    private static OptionalLong sum(boolean kept, String stat, String key) {
        return kept ? OptionalLong.of(CgroupText.sum(stat, key)) : OptionalLong.empty();
    }
}
