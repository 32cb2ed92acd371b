package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Stats;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * A group in the cgroup2 tree: one directory for all. Its methods exclude each other: none meets a
 * closed fd.
 */
final class V2Cgroup implements Cgroup {
    private final Linux linux;
    private final GroupDirectory group;
    private final Granted granted;
    private final CpuClock clock;
    private final Freezer freezer;
    private List<String> degraded;
    private CgroupUsage last = CgroupUsage.NONE;
    private Optional<Stats> lastStats = Optional.empty();
    private boolean closed;

    /** How many are being born that share the JVM's memory. */
    private int entering;

    /** Whether it dies as a whole of an OOM kill, once nobody does. */
    private boolean diesAsOne;

    /**
     * What it may be limited by.
     *
     * @param controllers that it has
     * @param problem why it has not another
     * @param enforcement what to do about that
     * @param container whether what it used is asked for after its end
     */
    record Granted(
            Set<Controller> controllers,
            Function<Controller, Problem> problem,
            Enforcement enforcement,
            boolean container) {}

    V2Cgroup(Linux linux, GroupDirectory group, Granted granted, List<String> degraded) {
        this.linux = linux;
        this.group = group;
        this.granted = granted;
        this.clock = CpuClock.unified(linux, group);
        this.freezer = Freezer.unified(linux, group);
        this.degraded = degraded;
    }

    @Override
    public OptionalInt directoryFd() {
        return OptionalInt.of(group.fd());
    }

    @Override
    public List<Integer> attachFds() {
        return List.of();
    }

    @Override
    public List<String> paths() {
        return List.of(group.path());
    }

    @Override
    public synchronized CgroupUsage usage() {
        if (!closed) {
            last = read();
        }
        return last;
    }

    private CgroupUsage read() {
        String cpu = group.read("cpu.stat").text();
        String pids = group.read("pids.events").text();
        FileText io = group.read("io.stat");
        OptionalLong oomKills = CgroupText.field(group.read("memory.events").text(), "oom_kill");
        return new CgroupUsage(
                CgroupText.field(cpu, "usage_usec"),
                CgroupText.field(cpu, "user_usec"),
                CgroupText.field(cpu, "system_usec"),
                CgroupText.number(group.read("memory.peak").text()),
                oomKills,
                oomKills.orElse(0) == 0 ? Optional.empty() : oomLimit(),
                CgroupText.field(pids, "max"),
                CgroupText.number(group.read("pids.peak").text()),
                io.isRead()
                        ? OptionalLong.of(CgroupText.sum(io.text(), "rbytes"))
                        : OptionalLong.empty(),
                io.isRead()
                        ? OptionalLong.of(CgroupText.sum(io.text(), "wbytes"))
                        : OptionalLong.empty());
    }

    private Optional<MemorySize> oomLimit() {
        return OomCulprit.afterwards(linux, group, true).find().map(OomCulprit.Culprit::limit);
    }

    @Override
    public synchronized long cpuMicros() {
        return closed ? last.cpuMicros().orElse(0) : clock.micros().orElse(0);
    }

    @Override
    public synchronized void kill() {
        if (!closed) {
            group.kill();
        }
    }

    @Override
    public void freeze() {
        try (Freezer.Freeze freeze = beginToFreeze()) {
            freeze.await();
        }
    }

    private synchronized Freezer.Freeze beginToFreeze() {
        requireOpen();
        return freezer.begin();
    }

    @Override
    public synchronized void thaw() {
        if (!closed) {
            freezer.thaw();
        }
    }

    @Override
    public synchronized Entering entering() {
        if (closed) {
            return () -> {};
        }
        if (entering++ == 0) {
            diesAsOne = group.read(V2Settings.OOM_GROUP).text().startsWith("1");
            if (diesAsOne) {
                int errno = -group.write(V2Settings.OOM_GROUP, "0");
                if (errno != 0) {
                    entering--;
                    throw new CgroupFailure(
                                    "write \"0\" to " + V2Settings.OOM_GROUP + " of",
                                    errno,
                                    group.path())
                            .setupException();
                }
            }
        }
        return this::entered;
    }

    private synchronized void entered() {
        entering--;
        if (entering == 0 && diesAsOne && !closed) {
            // It worked a moment ago; and if not, single processes are killed.
            int _ = group.write(V2Settings.OOM_GROUP, "1");
        }
    }

    /** See {@link #entering()}: what would be written now is written afterwards. */
    private List<Setting> meanwhile(List<Setting> settings) {
        return entering == 0
                ? settings
                : settings.stream()
                        .filter(setting -> !setting.file().equals(V2Settings.OOM_GROUP))
                        .toList();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the container has stopped");
        }
    }

    @Override
    public synchronized void update(Limits before, Limits after) {
        requireOpen();
        Disks disks = Disks.on(linux);
        Degradation degradation = new Degradation(granted.enforcement());
        List<Problem> missing = new ArrayList<>();
        for (Controller controller : Controller.neededBy(after)) {
            if (!granted.controllers().contains(controller)) {
                missing.add(granted.problem().apply(controller));
            }
        }
        List<Setting> settings = V2Settings.of(after, disks);
        degradation.lacking(missing);
        new Update(
                        linux,
                        degradation,
                        controller ->
                                granted.controllers().contains(controller)
                                        ? Optional.of(group)
                                        : Optional.empty())
                .run(meanwhile(V2Settings.of(before, disks)), meanwhile(settings));
        diesAsOne = after.memory().isPresent();
        degraded = degradation.leftOut();
    }

    @Override
    public synchronized Stats stats() {
        if (!closed) {
            lastStats = Optional.of(V2Stats.read(group));
        }
        return lastStats.orElseGet(V1Stats::none);
    }

    @Override
    public synchronized Optional<CgroupNews> news() {
        return closed ? Optional.empty() : V2News.of(linux, group);
    }

    @Override
    public synchronized List<String> degraded() {
        return degraded;
    }

    @Override
    public synchronized void forget() {
        if (!closed) {
            closed = true;
            clock.close();
            group.forget();
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        // Of one that another process has removed the reading before that is the last.
        if (granted.container() && group.read("cgroup.procs").isRead()) {
            lastStats = Optional.of(V2Stats.read(group));
        }
        closed = true;
        clock.close();
        group.remove();
    }
}
