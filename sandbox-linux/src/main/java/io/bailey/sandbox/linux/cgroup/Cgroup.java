package io.bailey.sandbox.linux.cgroup;

import java.util.List;
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

    /** The limits that were left out under BEST_EFFORT, in words. */
    List<String> degraded();

    /** Kills what is left inside, removes it and closes its descriptors. Idempotent. */
    @Override
    void close();
}
