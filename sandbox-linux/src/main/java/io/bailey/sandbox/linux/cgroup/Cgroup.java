package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.Stats;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One group of this process's making, from {@link Cgroups#create} to {@link #close()}. Thread-safe.
 */
public interface Cgroup extends AutoCloseable {

    /** The directory in a cgroup2 tree, for CLONE_INTO_CGROUP; empty where there is none. */
    OptionalInt directoryFd();

    /**
     * v1: open, writable, close-on-exec fds of {@code tasks}; the child writes "0" to each before
     * it execs.
     */
    List<Integer> attachFds();

    /**
     * Lets go of what only a process needs that enters: {@link #attachFds} opens it again. Nobody
     * may be entering.
     */
    default void rest() {}

    /** What it has used up to now. A reading after {@link #close()} is the last one before it. */
    CgroupUsage usage();

    /**
     * CPU time used up to now in microseconds, 0 when it is not accounted: cheap, for the CPU-time
     * watchdog.
     */
    long cpuMicros();

    /**
     * SIGKILL to every process in it, forks under way included. Does not wait for them to be gone.
     */
    void kill();

    /**
     * Freezes every process in it, cgroup-v2.rst {@code cgroup.freeze} or the v1 freezer; returns
     * when all are frozen.
     *
     * @throws io.bailey.sandbox.SandboxUnavailableException if there is no freezer
     * @throws io.bailey.sandbox.SandboxSetupException if they do not freeze
     */
    void freeze();

    /** Lets frozen processes go on. */
    void thaw();

    /**
     * Whether its processes do not die of a signal, because v1's freezer holds them: {@link
     * #kill()} lets them go.
     */
    default boolean holdsTheKilled() {
        return false;
    }

    /**
     * From before a further process is born into it that shares this JVM's memory (CLONE_VM) until
     * that has memory of its own. A group that dies as a whole of an OOM kill would take the JVM
     * along: the kernel spares who is in vfork when it chooses a victim (oom_badness), but not when
     * it kills the victim's group, and whoever shares memory with a killed process is killed too
     * (__oom_kill_process, mm/oom_kill.c). Meanwhile the kernel kills single processes.
     */
    default Entering entering() {
        return () -> {};
    }

    /** The time that {@link #entering()} begins. */
    @FunctionalInterface
    interface Entering extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Changes the limits from {@code before} to {@code after}; all of them or, if one is refused,
     * none. What is set before and not after is lifted.
     *
     * @throws io.bailey.sandbox.SandboxUnavailableException if a limit cannot be given here and is
     *     to be enforced strictly
     * @throws io.bailey.sandbox.SandboxConfigException if the kernel refuses a value
     * @throws io.bailey.sandbox.SandboxSetupException if a write fails otherwise: EBUSY where more
     *     memory is in use than is to be allowed
     */
    void update(Limits before, Limits after);

    /** Everything it accounts; a reading after {@link #close()} is the last one before it. */
    Stats stats();

    /** What tells of limits that are reached; empty where nothing tells. To be closed before it. */
    Optional<CgroupNews> news();

    /**
     * Its directories, for {@link Cgroups#adopt} of a later process. Empty if no group was made.
     */
    List<String> paths();

    /** Lets go of its descriptors; the group stays. Instead of {@link #close()}. */
    void forget();

    /** The limits that were left out under BEST_EFFORT, in words. */
    List<String> degraded();

    /** Kills what is left inside, removes it and closes its descriptors. Idempotent. */
    @Override
    void close();
}
