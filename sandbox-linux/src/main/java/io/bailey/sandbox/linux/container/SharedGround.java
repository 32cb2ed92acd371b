package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.cgroup.CgroupUsage;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** A place in the sandbox of {@code host}, which limits, counts and ends all in it together. */
record SharedGround(Running host) implements Ground {

    @Override
    public Optional<Duration> timeLimit() {
        return Optional.empty();
    }

    @Override
    public Optional<CpuWatch> cpuWatch(Consumer<Termination> onLimit) {
        return Optional.empty();
    }

    @Override
    public void kill() {
        // The rest is the host's, and goes with it.
    }

    @Override
    public void vacate() {
        // Nobody enters by way of a guest.
    }

    @Override
    public CgroupUsage used() {
        return CgroupUsage.NONE;
    }

    @Override
    public void letGo() {
        // The rest is the host's, and goes with it.
    }

    @Override
    public CgroupUsage leave() {
        return CgroupUsage.NONE;
    }

    @Override
    public Optional<Termination> endedBy() {
        return host.verdict();
    }
}
