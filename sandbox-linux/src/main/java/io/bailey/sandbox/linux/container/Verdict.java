package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.Timings;
import io.bailey.sandbox.Usage;
import io.bailey.sandbox.linux.cgroup.CgroupUsage;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.launch.StatusPipe.Ending;
import io.bailey.sandbox.linux.sys.ExitStatus;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * From what was measured to what is said: how it ended, what it used, how long each phase took.
 * Pure.
 *
 * @param entered whether it was a further command in a sandbox, with a watcher instead of an init
 * @param ownTasks processes and threads in the sandbox that are Bailey's
 */
record Verdict(
        SandboxSpec spec,
        boolean entered,
        Optional<Termination> ours,
        Session.Outcome outcome,
        CgroupUsage cgroup,
        int ownTasks,
        long askedAt,
        long doneAt) {
    private static final int SIGNAL_BASE = 128;
    private static final int BLOCK = 512;
    private static final int SIGKILL = 9;

    /** Of the largest pages there are on the machines that Bailey knows. */
    private static final int PAGE = 65_536;

    Result result() {
        int status =
                outcome.ending()
                        .map(Ending::waitStatus)
                        .orElseGet(() -> outcome.exit().waitStatus());
        int signal = status & 0x7F;
        int code = signal == 0 ? (status >> 8) & 0xFF : SIGNAL_BASE + signal;
        return new Result(
                termination(signal, code),
                code,
                outcome.stdout(),
                outcome.stderr(),
                outcome.truncated(),
                spec.security().isolation(),
                usage(),
                timings());
    }

    /**
     * A reason of ours first; then a limit of the kernel's that was hit; then what the command did
     * itself.
     */
    private Termination termination(int signal, int code) {
        if (ours.isPresent() && (isDenied(ours.get()) || !isOwnEnd(signal))) {
            return ours.get();
        }
        if (outcome.overLimit().isPresent()) {
            return outcome.overLimit().get();
        }
        if (spec.cpuTime().isPresent()
                && cgroup.cpuMicros().orElse(0) * 1_000 >= spec.cpuTime().get().toNanos()) {
            return new Termination.CpuTimeExceeded(spec.cpuTime().get());
        }
        Optional<MemorySize> memory = memoryLimit(code);
        if (memory.isPresent()) {
            return new Termination.OutOfMemory(memory.get());
        }
        // A program that copes with a refused fork and succeeds has not been ended by the limit.
        if (spec.limits().pids().isPresent() && cgroup.pidsRejected().orElse(0) > 0 && code != 0) {
            return new Termination.PidsExceeded(spec.limits().pids().getAsInt());
        }
        return signal == 0 ? new Termination.Exited(code) : new Termination.Signaled(signal);
    }

    /**
     * The limit for which something was killed. That may be one above the sandbox's, which ends
     * what it likes: who copes with that has not been ended by it.
     */
    private Optional<MemorySize> memoryLimit(int code) {
        if (cgroup.oomKills().orElse(0) == 0) {
            return Optional.empty();
        }
        Optional<MemorySize> asked = spec.limits().memory();
        Optional<MemorySize> reached = cgroup.oomLimit();
        if (asked.isEmpty()) {
            return code == 0 ? Optional.empty() : reached;
        }
        // The kernel rounds to pages.
        return reached.filter(limit -> Math.abs(asked.get().bytes() - limit.bytes()) >= PAGE)
                .or(() -> asked);
    }

    /** Whoever made the call may have left the command, which then ends well beside it. */
    private static boolean isDenied(Termination reason) {
        return reason instanceof Termination.SyscallDenied;
    }

    /** A kill leaves no report: what an init has told came before it. A watcher lives to tell. */
    private boolean isOwnEnd(int signal) {
        if (!spec.init() && !entered) {
            return signal != SIGKILL;
        }
        return outcome.ending().isPresent() && !(entered && signal == SIGKILL);
    }

    private Usage usage() {
        ExitStatus.Rusage own = outcome.exit().usage();
        // What an init had not reaped when it was killed is in nobody's account.
        boolean told = outcome.ending().isPresent() || !(spec.init() || entered);
        long user = cgroup.userMicros().orElse(told ? own.userMicros() : 0);
        long system = cgroup.systemMicros().orElse(told ? own.systemMicros() : 0);
        return new Usage(
                nanos(commandEnded() - born()),
                micros(cgroup.cpuMicros().orElse(user + system)),
                micros(user),
                micros(system),
                bytes(cgroup.peakMemory(), outcome.ending().map(Ending::maxRss).orElse(0L)),
                bytes(cgroup.readBytes(), own.blocksRead() * BLOCK),
                bytes(cgroup.writtenBytes(), own.blocksWritten() * BLOCK),
                ofTheCommand(cgroup.maxPids()));
    }

    // The child's own high-water mark is the JVM's: it was born in that memory. Only the command's,
    // as the
    // init saw it, is the sandbox's; without init and cgroup there is none.
    private static MemorySize bytes(OptionalLong measured, long fallback) {
        return MemorySize.of(Math.max(0, measured.orElse(fallback)));
    }

    /** The init is Bailey's: it is not counted, as it is not by the limit. */
    private OptionalLong ofTheCommand(OptionalLong pids) {
        return pids.isPresent() ? OptionalLong.of(Math.max(0, pids.getAsLong() - ownTasks)) : pids;
    }

    private Timings timings() {
        Optional<Ending> ending = outcome.ending();
        // That of a parked one was done before its command came.
        long setupDone =
                outcome.parked() || ending.isEmpty()
                        ? outcome.clonedAt()
                        : ending.get().setupDone() - ahead();
        long execDone = ending.isPresent() ? ending.get().execDone() - ahead() : setupDone;
        return new Timings(
                nanos(outcome.beganAt() - askedAt),
                nanos(outcome.clonedAt() - outcome.beganAt()),
                nanos(setupDone - outcome.clonedAt()),
                nanos(execDone - setupDone),
                nanos(commandEnded() - execDone),
                nanos(doneAt - commandEnded()));
    }

    /** A busy machine may let this JVM's thread go on only when the child is long under way. */
    private long born() {
        if (outcome.parked()) {
            // The command may run before this JVM's thread does again.
            return outcome.beganAt();
        }
        return Math.min(
                outcome.clonedAt(),
                outcome.ending().map(Ending::initStarted).orElse(outcome.clonedAt()));
    }

    private long commandEnded() {
        return outcome.ending().isPresent()
                ? outcome.ending().get().commandEnded() - ahead()
                : outcome.goneAt();
    }

    /** A watcher is in the sandbox's time namespace itself; an init only makes it. */
    private long ahead() {
        return entered && spec.namespaces().contains(Namespace.TIME)
                ? spec.timeOffsets().map(offsets -> offsets.monotonic().toNanos()).orElse(0L)
                : 0;
    }

    private static Duration nanos(long nanos) {
        return Duration.ofNanos(Math.max(0, nanos));
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(Math.max(0, micros) * 1_000);
    }
}
