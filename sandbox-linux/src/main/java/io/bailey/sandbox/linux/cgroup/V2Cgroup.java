package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A group in the cgroup2 tree: one directory for all. Its methods exclude each other: none meets a
 * closed fd.
 */
final class V2Cgroup implements Cgroup {
    private final GroupDirectory group;
    private final CpuClock clock;
    private final List<String> degraded;
    private CgroupUsage last = CgroupUsage.NONE;
    private boolean closed;

    V2Cgroup(Linux linux, GroupDirectory group, List<String> degraded) {
        this.group = group;
        this.clock = CpuClock.unified(linux, group);
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
    public synchronized CgroupUsage usage() {
        if (!closed) {
            last = read(group);
        }
        return last;
    }

    private static CgroupUsage read(GroupDirectory group) {
        String cpu = group.read("cpu.stat").text();
        String pids = group.read("pids.events").text();
        FileText io = group.read("io.stat");
        return new CgroupUsage(
                CgroupText.field(cpu, "usage_usec"),
                CgroupText.field(cpu, "user_usec"),
                CgroupText.field(cpu, "system_usec"),
                CgroupText.number(group.read("memory.peak").text()),
                CgroupText.field(group.read("memory.events").text(), "oom_kill"),
                CgroupText.field(pids, "max"),
                CgroupText.number(group.read("pids.peak").text()),
                io.isRead()
                        ? OptionalLong.of(CgroupText.sum(io.text(), "rbytes"))
                        : OptionalLong.empty(),
                io.isRead()
                        ? OptionalLong.of(CgroupText.sum(io.text(), "wbytes"))
                        : OptionalLong.empty());
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
    public List<String> degraded() {
        return degraded;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            clock.close();
            group.remove();
        }
    }
}
