package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.Stats;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A group on a host with v1 controllers: a directory in each hierarchy needed. Its methods exclude
 * each other.
 */
final class HybridCgroup implements Cgroup {
    /** USER_HZ, what the kernel shows times in: 100 on every architecture Bailey knows. */
    private static final long MICROS_PER_TICK = 10_000;

    private final Linux linux;
    private final Parts parts;
    private final Rules rules;
    private final Optional<CpuClock> clock;
    private final Optional<Freezer> freezer;
    private List<String> degraded;
    private CgroupUsage last = CgroupUsage.NONE;
    private Optional<Stats> lastStats = Optional.empty();
    private List<Integer> attach;
    private boolean frozen;
    private boolean closed;

    /**
     * Its directories.
     *
     * @param groups all, in the order they were made
     * @param byController those of controllers that were granted
     * @param unified the one in the cgroup2 tree
     * @param attachFds descriptors that the child writes itself into
     */
    record Parts(
            List<GroupDirectory> groups,
            Map<Controller, GroupDirectory> byController,
            Optional<GroupDirectory> unified,
            List<Integer> attachFds) {
        Parts {
            groups = List.copyOf(groups);
            byController = Map.copyOf(byController);
            attachFds = List.copyOf(attachFds);
        }
    }

    /**
     * How it may be changed.
     *
     * @param problem why a controller is not to be had
     * @param enforcement what to do about that
     * @param container whether what it used is asked for after its end
     */
    record Rules(
            Function<Controller, Optional<Problem>> problem,
            Enforcement enforcement,
            boolean container) {}

    HybridCgroup(Linux linux, Parts parts, Rules rules, List<String> degraded) {
        this.linux = linux;
        this.parts = parts;
        this.rules = rules;
        this.degraded = degraded;
        this.attach = parts.attachFds();
        Optional<GroupDirectory> cpuacct = of(Controller.CPUACCT);
        this.clock =
                cpuacct.isPresent()
                        ? Optional.of(CpuClock.cpuacct(linux, cpuacct.get()))
                        : parts.unified().map(group -> CpuClock.unified(linux, group));
        Optional<GroupDirectory> v1 = of(Controller.FREEZER);
        this.freezer =
                parts.unified().isPresent()
                        ? Optional.of(Freezer.unified(linux, parts.unified().get()))
                        : v1.map(group -> Freezer.v1(linux, group));
    }

    private Optional<GroupDirectory> of(Controller controller) {
        return Optional.ofNullable(parts.byController().get(controller));
    }

    @Override
    public OptionalInt directoryFd() {
        return parts.unified().isPresent()
                ? OptionalInt.of(parts.unified().get().fd())
                : OptionalInt.empty();
    }

    @Override
    public synchronized List<Integer> attachFds() {
        if (attach.isEmpty() && !closed) {
            List<Integer> opened = new ArrayList<>();
            try {
                for (GroupDirectory group : parts.groups()) {
                    if (parts.unified().filter(group::equals).isEmpty()) {
                        opened.add(HybridBuilder.openTasks(group));
                    }
                }
            } catch (RuntimeException failed) {
                opened.forEach(linux::close);
                throw failed;
            }
            attach = List.copyOf(opened);
        }
        return attach;
    }

    @Override
    public synchronized void rest() {
        attach.forEach(linux::close);
        attach = List.of();
    }

    @Override
    public List<String> paths() {
        return parts.groups().stream().map(GroupDirectory::path).toList();
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
        OptionalLong oomKills =
                CgroupText.field(read(Controller.MEMORY, "memory.oom_control"), "oom_kill");
        return new CgroupUsage(
                clock.isPresent() ? clock.get().micros() : OptionalLong.empty(),
                ticks(CgroupText.field(cpu, "user")),
                ticks(CgroupText.field(cpu, "system")),
                CgroupText.number(read(Controller.MEMORY, "memory.max_usage_in_bytes")),
                oomKills,
                oomKills.orElse(0) == 0 ? Optional.empty() : oomLimit(),
                CgroupText.field(read(Controller.PIDS, "pids.events"), "max"),
                CgroupText.number(read(Controller.PIDS, "pids.peak")),
                // A plain run joins blkio only for a limit: see HybridFactory.
                blocks(" Read "),
                blocks(" Write "));
    }

    private OptionalLong blocks(String kind) {
        return of(Controller.IO).isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(
                        CgroupText.sumAfter(
                                read(Controller.IO, "blkio.throttle.io_service_bytes_recursive"),
                                kind));
    }

    private Optional<MemorySize> oomLimit() {
        return of(Controller.MEMORY)
                .flatMap(group -> OomCulprit.afterwards(linux, group, false).find())
                .map(OomCulprit.Culprit::limit);
    }

    private String read(Controller controller, String file) {
        Optional<GroupDirectory> group = of(controller);
        return group.isEmpty() ? "" : group.get().read(file).text();
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
            end();
        }
    }

    private void end() {
        // Every process is in each of them.
        GroupDirectory any = parts.unified().orElse(parts.groups().getFirst());
        if (holdsTheKilled()) {
            any.killFrozen();
            freezer.get().thaw();
            frozen = false;
        }
        any.kill();
    }

    @Override
    public synchronized boolean holdsTheKilled() {
        if (closed || freezer.isEmpty() || !freezer.get().holdsTheKilled()) {
            return false;
        }
        // Another process may have frozen it, of a group that both know.
        return freezer.get().isFrozen().orElse(frozen);
    }

    @Override
    public void freeze() {
        try (Freezer.Freeze freeze = beginToFreeze()) {
            freeze.await();
        } catch (SandboxException failed) {
            didNotFreeze();
            throw failed;
        }
    }

    private synchronized Freezer.Freeze beginToFreeze() {
        requireOpen();
        Freezer.Freeze freeze = freezer.orElseThrow(Freezer::unavailable).begin();
        frozen = true;
        return freeze;
    }

    private synchronized void didNotFreeze() {
        frozen = false;
    }

    @Override
    public synchronized void thaw() {
        if (!closed && freezer.isPresent()) {
            freezer.get().thaw();
            frozen = false;
        }
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
        Degradation degradation = new Degradation(rules.enforcement());
        List<Setting> settings = V1Settings.of(after, disks);
        List<Problem> problems = new ArrayList<>(V1Settings.impossible(after));
        for (Controller controller : V1Settings.neededBy(after)) {
            if (of(controller).isEmpty()) {
                problems.add(
                        rules.problem()
                                .apply(controller)
                                .orElseGet(() -> HybridFactory.notJoined(controller)));
            }
        }
        degradation.lacking(problems);
        new Update(linux, degradation, this::of).run(V1Settings.of(before, disks), settings);
        degraded = degradation.leftOut();
    }

    @Override
    public synchronized Stats stats() {
        if (!closed) {
            lastStats = Optional.of(V1Stats.read(parts.byController(), parts.unified()));
        }
        return lastStats.orElseGet(V1Stats::none);
    }

    @Override
    public synchronized Optional<CgroupNews> news() {
        return closed
                ? Optional.empty()
                : V1News.of(linux, of(Controller.MEMORY), of(Controller.PIDS));
    }

    @Override
    public synchronized List<String> degraded() {
        return degraded;
    }

    @Override
    public synchronized void forget() {
        if (!closed) {
            closed = true;
            clock.ifPresent(CpuClock::close);
            attach.forEach(linux::close);
            parts.groups().forEach(GroupDirectory::forget);
        }
    }

    /** Removes all of them even if one does not go, and then says so. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        // Of one that another process has removed the reading before that is the last.
        if (rules.container() && parts.groups().getFirst().read("cgroup.procs").isRead()) {
            lastStats = Optional.of(V1Stats.read(parts.byController(), parts.unified()));
        }
        if (holdsTheKilled()) {
            end();
        }
        closed = true;
        clock.ifPresent(CpuClock::close);
        attach.forEach(linux::close);
        RuntimeException stuck = null;
        // The one of the cgroup2 tree was made last and goes first: should it be busy, it ends
        // everything at once.
        for (GroupDirectory group : parts.groups().reversed()) {
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
