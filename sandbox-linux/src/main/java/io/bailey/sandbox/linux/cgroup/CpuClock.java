package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.OptionalLong;

/** The open file that tells a group's CPU time, kept open because a watchdog reads it often. */
final class CpuClock {
    private static final int NANOS_PER_MICRO = 1000;

    private final Linux linux;
    private final GroupDirectory group;
    private final boolean v2;
    private int fd = -1;

    private CpuClock(Linux linux, GroupDirectory group, boolean v2) {
        this.linux = linux;
        this.group = group;
        this.v2 = v2;
    }

    /** {@code cpu.stat} of a cgroup2 tree: there without any controller. */
    static CpuClock unified(Linux linux, GroupDirectory group) {
        return new CpuClock(linux, group, true);
    }

    /** {@code cpuacct.usage} of v1, in nanoseconds. */
    static CpuClock cpuacct(Linux linux, GroupDirectory group) {
        return new CpuClock(linux, group, false);
    }

    /** Time used up to now, in microseconds. */
    OptionalLong micros() {
        if (fd < 0) {
            fd = group.open(v2 ? "cpu.stat" : "cpuacct.usage", Linux.O_RDONLY);
        }
        if (fd < 0) {
            return OptionalLong.empty();
        }
        String text = KernelFile.read(linux, fd).text();
        if (v2) {
            return CgroupText.field(text, "usage_usec");
        }
        OptionalLong nanos = CgroupText.number(text);
        return nanos.isPresent() ? OptionalLong.of(nanos.getAsLong() / NANOS_PER_MICRO) : nanos;
    }

    void close() {
        if (fd >= 0) {
            linux.close(fd);
            fd = -1;
        }
    }
}
