package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Stats;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One reading of everything the groups of a hybrid host account. */
final class V1Stats {
    /** USER_HZ, what the kernel shows times in: 100 on every architecture Bailey knows. */
    private static final long MICROS_PER_TICK = 10_000;

    private final StatsFiles files = new StatsFiles();
    private final Map<Controller, GroupDirectory> groups;
    private final Optional<GroupDirectory> unified;

    private V1Stats(Map<Controller, GroupDirectory> groups, Optional<GroupDirectory> unified) {
        this.groups = groups;
        this.unified = unified;
    }

    static Stats read(Map<Controller, GroupDirectory> groups, Optional<GroupDirectory> unified) {
        return new V1Stats(groups, unified).read();
    }

    /** A reading of no group at all. */
    static Stats none() {
        return read(Map.of(), Optional.empty());
    }

    private Stats read() {
        // v1 counts neither what memory.high would have slowed down nor when.
        files.lacks("memory.events");
        return new Stats(
                Instant.now(),
                cpu(),
                memory(),
                io(),
                new Stats.Pids(
                        CgroupText.number(files.read(of(Controller.PIDS), "pids.current")),
                        CgroupText.number(files.read(of(Controller.PIDS), "pids.peak")),
                        CgroupText.field(files.read(of(Controller.PIDS), "pids.events"), "max")),
                // Kept for every cgroup2 group, without any controller.
                files.pressure(unified, "cpu.pressure"),
                files.pressure(unified, "memory.pressure"),
                files.pressure(unified, "io.pressure"),
                files.missing());
    }

    private Optional<GroupDirectory> of(Controller controller) {
        return Optional.ofNullable(groups.get(controller));
    }

    private Stats.Cpu cpu() {
        Optional<GroupDirectory> account = of(Controller.CPUACCT);
        String throttled = files.read(of(Controller.CPU), "cpu.stat");
        OptionalLong periods = CgroupText.field(throttled, "nr_periods");
        OptionalLong often = CgroupText.field(throttled, "nr_throttled");
        Optional<Duration> throttledTime =
                StatsFiles.nanos(CgroupText.field(throttled, "throttled_time"));
        if (account.isEmpty() && unified.isPresent()) {
            String stat = files.read(unified, "cpu.stat");
            return new Stats.Cpu(
                    StatsFiles.micros(CgroupText.field(stat, "usage_usec")),
                    StatsFiles.micros(CgroupText.field(stat, "user_usec")),
                    StatsFiles.micros(CgroupText.field(stat, "system_usec")),
                    periods,
                    often,
                    throttledTime);
        }
        String stat = files.read(account, "cpuacct.stat", "cpu.stat");
        return new Stats.Cpu(
                StatsFiles.nanos(
                        CgroupText.number(files.read(account, "cpuacct.usage", "cpu.stat"))),
                ticks(CgroupText.field(stat, "user")),
                ticks(CgroupText.field(stat, "system")),
                periods,
                often,
                throttledTime);
    }

    private static Optional<Duration> ticks(OptionalLong ticks) {
        return ticks.isPresent()
                ? Optional.of(Duration.ofNanos(ticks.getAsLong() * MICROS_PER_TICK * 1_000))
                : Optional.empty();
    }

    private Stats.Memory memory() {
        Optional<GroupDirectory> group = of(Controller.MEMORY);
        String stat = files.read(group, "memory.stat");
        OptionalLong current =
                CgroupText.number(files.read(group, "memory.usage_in_bytes", "memory.current"));
        return new Stats.Memory(
                current,
                CgroupText.number(files.read(group, "memory.max_usage_in_bytes", "memory.peak")),
                swap(group, current),
                CgroupText.field(stat, "total_rss"),
                CgroupText.field(stat, "total_cache"),
                CgroupText.field(stat, "total_shmem"),
                CgroupText.number(files.read(group, "memory.kmem.usage_in_bytes", "memory.stat")),
                CgroupText.field(stat, "total_pgfault"),
                CgroupText.field(stat, "total_pgmajfault"),
                OptionalLong.empty(),
                limitReached(group),
                CgroupText.field(
                        files.read(group, "memory.oom_control", "memory.events"), "oom_kill"));
    }

    private OptionalLong limitReached(Optional<GroupDirectory> group) {
        OptionalLong times =
                CgroupText.number(files.read(group, "memory.failcnt", "memory.events"));
        boolean uncounted =
                times.isPresent()
                        && times.getAsLong() == 0
                        && V1Fill.isFull(file -> group.orElseThrow().read(file).text());
        return uncounted ? OptionalLong.empty() : times;
    }

    /** v1 counts memory and swap together. */
    private OptionalLong swap(Optional<GroupDirectory> group, OptionalLong memory) {
        OptionalLong both =
                CgroupText.number(
                        files.read(group, "memory.memsw.usage_in_bytes", "memory.swap.current"));
        return both.isPresent() && memory.isPresent()
                ? OptionalLong.of(Math.max(0, both.getAsLong() - memory.getAsLong()))
                : OptionalLong.empty();
    }

    private Stats.Io io() {
        Optional<GroupDirectory> group = of(Controller.IO);
        String bytes = files.read(group, "blkio.throttle.io_service_bytes_recursive", "io.stat");
        String times = files.read(group, "blkio.throttle.io_serviced_recursive", "io.stat");
        boolean kept = !files.missing().contains("io.stat");
        return new Stats.Io(
                sum(kept, bytes, " Read "),
                sum(kept, bytes, " Write "),
                sum(kept, times, " Read "),
                sum(kept, times, " Write "));
    }

    /** Lines are "8:0 Read 4096", one for each disk and kind. */
    private static OptionalLong sum(boolean kept, String text, String kind) {
        return kept ? OptionalLong.of(CgroupText.sumAfter(text, kind)) : OptionalLong.empty();
    }
}
