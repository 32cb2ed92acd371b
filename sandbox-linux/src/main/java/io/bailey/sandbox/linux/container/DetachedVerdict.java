package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.Timings;
import io.bailey.sandbox.Usage;
import io.bailey.sandbox.linux.cgroup.CgroupUsage;
import io.bailey.sandbox.linux.launch.StatusPipe.Ending;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a detached container ended, from what its init has written down and what its cgroup still
 * says. Pure.
 *
 * @param cgroup missing once somebody has removed it
 * @param killed whether it was we who killed it
 */
record DetachedVerdict(
        ContainerInfo info, DetachedReport report, Optional<CgroupUsage> cgroup, boolean killed) {
    private static final int SIGNAL_BASE = 128;
    private static final int SIGKILL = 9;

    Result result() {
        int status = report.ending().map(Ending::waitStatus).orElse(SIGKILL);
        int signal = status & 0x7F;
        int code = signal == 0 ? (status >> 8) & 0xFF : SIGNAL_BASE + signal;
        return new Result(
                termination(signal, code),
                code,
                new byte[0],
                new byte[0],
                false,
                Isolation.FULL,
                usage(),
                timings());
    }

    /** For a person: of an init that was killed nothing but that is known. */
    static String words(DetachedReport report, Result result) {
        return report.ending().isPresent()
                ? result.termination().describe()
                : "was killed together with its init, which left no exit status";
    }

    private Termination termination(int signal, int code) {
        if (killed && report.ending().isEmpty()) {
            return new Termination.Cancelled();
        }
        CgroupUsage used = used();
        if (info.limits().memory().isPresent() && used.oomKills().orElse(0) > 0) {
            return new Termination.OutOfMemory(info.limits().memory().get());
        }
        if (info.limits().pids().isPresent() && used.pidsRejected().orElse(0) > 0 && code != 0) {
            return new Termination.PidsExceeded(info.limits().pids().getAsInt());
        }
        return signal == 0 ? new Termination.Exited(code) : new Termination.Signaled(signal);
    }

    private CgroupUsage used() {
        return cgroup.orElse(CgroupUsage.NONE);
    }

    private Usage usage() {
        CgroupUsage used = used();
        Duration user = micros(used.userMicros()).orElse(report.userTime());
        Duration system = micros(used.systemMicros()).orElse(report.systemTime());
        long peak = report.ending().map(Ending::maxRss).orElse(0L);
        OptionalLong pids = used.maxPids();
        return new Usage(
                report.ending()
                        .map(e -> between(e.initStarted(), e.commandEnded()))
                        .orElse(Duration.ZERO),
                micros(used.cpuMicros()).orElse(user.plus(system)),
                user,
                system,
                MemorySize.of(used.peakMemory().orElse(peak)),
                MemorySize.of(used.readBytes().orElse(0)),
                MemorySize.of(used.writtenBytes().orElse(0)),
                // The init is Bailey's.
                pids.isPresent() ? OptionalLong.of(Math.max(0, pids.getAsLong() - 1)) : pids);
    }

    private static Optional<Duration> micros(OptionalLong micros) {
        return micros.isPresent()
                ? Optional.of(Duration.ofNanos(micros.getAsLong() * 1_000))
                : Optional.empty();
    }

    private Timings timings() {
        return report.ending()
                .map(e ->
                        new Timings(
                                Duration.ZERO,
                                Duration.ZERO,
                                between(e.initStarted(), e.setupDone()),
                                between(e.setupDone(), e.execDone()),
                                between(e.execDone(), e.commandEnded()),
                                Duration.ZERO))
                .orElseGet(() ->
                        new Timings(
                                Duration.ZERO,
                                Duration.ZERO,
                                Duration.ZERO,
                                Duration.ZERO,
                                Duration.ZERO,
                                Duration.ZERO));
    }

    private static Duration between(long from, long to) {
        return Duration.ofNanos(Math.max(0, to - from));
    }
}
