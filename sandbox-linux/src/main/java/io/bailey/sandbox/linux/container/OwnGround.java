package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.cgroup.CgroupUsage;
import io.bailey.sandbox.linux.sys.Fd;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A whole sandbox: its cgroup, those who have entered it, and the leases of its volumes. */
record OwnGround(
        Engine engine,
        SandboxSpec spec,
        Cgroup cgroup,
        Guests guests,
        Optional<WritableLayer> layer,
        Optional<NewsDesk> news,
        Optional<EventBook> events,
        List<Fd> leases)
        implements Ground {

    @Override
    public Optional<Duration> timeLimit() {
        return spec.timeout();
    }

    @Override
    public Optional<CpuWatch> cpuWatch(Consumer<Termination> onLimit) {
        return spec.cpuTime()
                .map(time -> new CpuWatch(engine.timers(), engine.cpus(), cgroup, time, onLimit));
    }

    @Override
    public void kill() {
        if (!endsWithInit() || cgroup.holdsTheKilled()) {
            cgroup.kill();
        } else if (!guests.isEmpty()) {
            // A watcher that stands still does not reap its command, and the pid namespace does not
            // end before all in it are reaped (zap_pid_ns_processes, kernel/pid_namespace.c). Nor
            // may it be killed: its command would be left to the host's first process, which reaps
            // when it likes.
            cgroup.thaw();
        }
    }

    /** Does everything end with the init? By its namespace, or by its own hand. */
    private boolean endsWithInit() {
        return spec.namespaces().contains(Namespace.PID)
                || spec.security().isolation() == Isolation.UNPRIVILEGED;
    }

    @Override
    public void vacate() {
        guests.close(cgroup::thaw);
    }

    @Override
    public CgroupUsage used() {
        return cgroup.usage();
    }

    @Override
    public void letGo() {
        var _ = leave();
    }

    @Override
    public CgroupUsage leave() {
        Teardown down = new Teardown().then(this::kill).then(() -> news.ifPresent(NewsDesk::close));
        CgroupUsage usage = down.ask(cgroup::usage, CgroupUsage.NONE);
        down.then(cgroup::close).then(() -> layer.ifPresent(WritableLayer::ended));
        leases.forEach(lease -> down.then(lease::close));
        down.end();
        return usage;
    }

    @Override
    public Optional<Termination> endedBy() {
        return Optional.empty();
    }
}
