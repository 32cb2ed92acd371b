package io.bailey.sandbox;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a sandbox used from its start to its end, all its processes together, as its cgroup counted.
 * Zero where this host does not count; {@link Sandbox#doctor()} names what is missing. Times that
 * no cgroup counts are those of the processes that were waited for: zero where the sandbox was
 * killed.
 *
 * @param wallTime from the start of the sandbox to the end of the command
 * @param cpuTime processor time, user and system together
 * @param userTime processor time in the programs
 * @param systemTime processor time in the kernel
 * @param peakMemory the most memory in use at one time, page cache included
 * @param ioRead read from block devices
 * @param ioWritten written to block devices
 * @param maxPids the most processes and threads at one time; empty where the kernel does not keep
 *     it (before Linux 6.1)
 * @since 0.1
 */
public record Usage(
        Duration wallTime,
        Duration cpuTime,
        Duration userTime,
        Duration systemTime,
        MemorySize peakMemory,
        MemorySize ioRead,
        MemorySize ioWritten,
        OptionalLong maxPids) {

    /** Creates a record of what was used. */
    public Usage {
        Objects.requireNonNull(wallTime, "wallTime");
        Objects.requireNonNull(cpuTime, "cpuTime");
        Objects.requireNonNull(userTime, "userTime");
        Objects.requireNonNull(systemTime, "systemTime");
        Objects.requireNonNull(peakMemory, "peakMemory");
        Objects.requireNonNull(ioRead, "ioRead");
        Objects.requireNonNull(ioWritten, "ioWritten");
        Objects.requireNonNull(maxPids, "maxPids");
    }
}
