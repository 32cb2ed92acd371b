package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Linux;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A group on a host with v1 controllers: a directory in each hierarchy needed. Its methods exclude
 * each other.
 */
final class HybridCgroup implements Cgroup {
    /** USER_HZ, what the kernel shows times in: 100 on every architecture Bailey knows. */
    private static final long MICROS_PER_TICK = 10_000;

    private final Linux linux;

    /** In the order they were made. */
    private final List<GroupDirectory> groups;

    private final Map<Controller, GroupDirectory> byController;
    private final Optional<GroupDirectory> unified;
    private final Optional<CpuClock> clock;
    private final List<Integer> attachFds;
    private final List<String> degraded;
    private CgroupUsage last = CgroupUsage.NONE;
    private boolean closed;

    HybridCgroup(
            Linux linux,
            List<GroupDirectory> groups,
            Map<Controller, GroupDirectory> byController,
            Optional<GroupDirectory> unified,
            List<Integer> attachFds,
            List<String> degraded) {
        this.linux = linux;
        this.groups = List.copyOf(groups);
        this.byController = byController;
        this.unified = unified;
        this.attachFds = List.copyOf(attachFds);
        this.degraded = degraded;
        GroupDirectory cpuacct = byController.get(Controller.CPUACCT);
        this.clock =
                cpuacct != null
                        ? Optional.of(CpuClock.cpuacct(linux, cpuacct))
                        : unified.map(group -> CpuClock.unified(linux, group));
    }

    @Override
    public OptionalInt directoryFd() {
        return unified.isPresent() ? OptionalInt.of(unified.get().fd()) : OptionalInt.empty();
    }

    @Override
    public List<Integer> attachFds() {
        return attachFds;
    }

    @Override
    public synchronized CgroupUsage usage() {
        if (!closed) {
            last = read();
        }
        return last;
    }

    private CgroupUsage read() {
        String cpu = read(Controller.CPUACCT, "cpuacct.stat");
        return new CgroupUsage(
                clock.isPresent() ? clock.get().micros() : OptionalLong.empty(),
                ticks(CgroupText.field(cpu, "user")),
                ticks(CgroupText.field(cpu, "system")),
                CgroupText.number(read(Controller.MEMORY, "memory.max_usage_in_bytes")),
                CgroupText.field(read(Controller.MEMORY, "memory.oom_control"), "oom_kill"),
                CgroupText.field(read(Controller.PIDS, "pids.events"), "max"),
                CgroupText.number(read(Controller.PIDS, "pids.peak")),
                // Joining blkio only to count would slow a sandbox's disk (runc #861).
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    private String read(Controller controller, String file) {
        GroupDirectory group = byController.get(controller);
        return group == null ? "" : group.read(file).text();
    }

    private static OptionalLong ticks(OptionalLong ticks) {
        return ticks.isPresent() ? OptionalLong.of(ticks.getAsLong() * MICROS_PER_TICK) : ticks;
    }

    @Override
    public synchronized long cpuMicros() {
        return closed || clock.isEmpty()
                ? last.cpuMicros().orElse(0)
                : clock.get().micros().orElse(0);
    }

    @Override
    public synchronized void kill() {
        if (!closed) {
            // Every process is in each of them.
            unified.orElse(groups.getFirst()).kill();
        }
    }

    @Override
    public List<String> degraded() {
        return degraded;
    }

    /** Removes all of them even if one does not go, and then says so. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        clock.ifPresent(CpuClock::close);
        for (int fd : attachFds) {
            linux.close(fd);
        }
        RuntimeException stuck = null;
        // The one of the cgroup2 tree was made last and goes first: should it be busy, it ends
        // everything at once.
        for (GroupDirectory group : groups.reversed()) {
            try {
                group.remove();
            } catch (RuntimeException failed) {
                stuck = failed;
            }
        }
        if (stuck != null) {
            throw stuck;
        }
    }
}
