package io.bailey.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a container uses at one moment, read from its control group. A number that this host does
 * not keep is empty, never zero, and {@link #missing()} names its file. {@code docs/cgroups.md}
 * says which number comes from which file.
 *
 * @param time when it was read
 * @param cpu processor time
 * @param memory memory
 * @param io disks
 * @param pids processes and threads
 * @param cpuPressure how long tasks waited for a processor; empty where the kernel keeps no
 *     pressure, see its psi.rst
 * @param memoryPressure how long tasks waited for memory
 * @param ioPressure how long tasks waited for disks
 * @param missing the files, under their cgroup v2 names, that this host does not have; immutable
 * @since 0.1
 */
public record Stats(
        Instant time,
        Cpu cpu,
        Memory memory,
        Io io,
        Pids pids,
        Optional<Pressure> cpuPressure,
        Optional<Pressure> memoryPressure,
        Optional<Pressure> ioPressure,
        Set<String> missing) {

    /** Creates a reading. */
    public Stats {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(cpu, "cpu");
        Objects.requireNonNull(memory, "memory");
        Objects.requireNonNull(io, "io");
        Objects.requireNonNull(pids, "pids");
        Objects.requireNonNull(cpuPressure, "cpuPressure");
        Objects.requireNonNull(memoryPressure, "memoryPressure");
        Objects.requireNonNull(ioPressure, "ioPressure");
        missing = Set.copyOf(missing);
    }

    /**
     * Processor time since the start, {@code cpu.stat}.
     *
     * @param total user and system together
     * @param user in the programs
     * @param system in the kernel
     * @param periods how many periods of 100 ms the limit of {@code cpus} was watched in
     * @param throttledPeriods in how many of them it was reached
     * @param throttledTime how long tasks were held back by it
     * @since 0.1
     */
    public record Cpu(
            Optional<Duration> total,
            Optional<Duration> user,
            Optional<Duration> system,
            OptionalLong periods,
            OptionalLong throttledPeriods,
            Optional<Duration> throttledTime) {

        /** Creates a reading of processor time. */
        public Cpu {
            Objects.requireNonNull(total, "total");
            Objects.requireNonNull(user, "user");
            Objects.requireNonNull(system, "system");
            Objects.requireNonNull(periods, "periods");
            Objects.requireNonNull(throttledPeriods, "throttledPeriods");
            Objects.requireNonNull(throttledTime, "throttledTime");
        }
    }

    /**
     * Memory now, in bytes, and what happened to it since the start.
     *
     * @param current all of it, page cache included
     * @param peak the most there was at one time
     * @param swap swapped out
     * @param anonymous of no file: heaps, stacks
     * @param file page cache
     * @param shared {@code tmpfs} and shared memory; part of {@code file}
     * @param kernel of the kernel for this container: stacks, page tables, slabs, sockets
     * @param pageFaults page faults
     * @param majorFaults those of them that read from a disk
     * @param highEvents how often it was slowed down at {@code memoryHigh}
     * @param maxEvents how often it reached {@code memory}
     * @param oomKills how many of its processes were killed for want of memory
     * @since 0.1
     */
    public record Memory(
            OptionalLong current,
            OptionalLong peak,
            OptionalLong swap,
            OptionalLong anonymous,
            OptionalLong file,
            OptionalLong shared,
            OptionalLong kernel,
            OptionalLong pageFaults,
            OptionalLong majorFaults,
            OptionalLong highEvents,
            OptionalLong maxEvents,
            OptionalLong oomKills) {

        /** Creates a reading of memory. */
        public Memory {
            Objects.requireNonNull(current, "current");
            Objects.requireNonNull(peak, "peak");
            Objects.requireNonNull(swap, "swap");
            Objects.requireNonNull(anonymous, "anonymous");
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(shared, "shared");
            Objects.requireNonNull(kernel, "kernel");
            Objects.requireNonNull(pageFaults, "pageFaults");
            Objects.requireNonNull(majorFaults, "majorFaults");
            Objects.requireNonNull(highEvents, "highEvents");
            Objects.requireNonNull(maxEvents, "maxEvents");
            Objects.requireNonNull(oomKills, "oomKills");
        }
    }

    /**
     * What went to and came from disks since the start.
     *
     * @param readBytes bytes read
     * @param writtenBytes bytes written
     * @param reads how many reads
     * @param writes how many writes
     * @since 0.1
     */
    public record Io(
            OptionalLong readBytes,
            OptionalLong writtenBytes,
            OptionalLong reads,
            OptionalLong writes) {

        /** Creates a reading of disks. */
        public Io {
            Objects.requireNonNull(readBytes, "readBytes");
            Objects.requireNonNull(writtenBytes, "writtenBytes");
            Objects.requireNonNull(reads, "reads");
            Objects.requireNonNull(writes, "writes");
        }
    }

    /**
     * Processes and threads. Bailey's own init is among them.
     *
     * @param current now
     * @param peak the most at one time
     * @param refused how often the limit of {@code pids} refused one
     * @since 0.1
     */
    public record Pids(OptionalLong current, OptionalLong peak, OptionalLong refused) {

        /** Creates a reading of processes. */
        public Pids {
            Objects.requireNonNull(current, "current");
            Objects.requireNonNull(peak, "peak");
            Objects.requireNonNull(refused, "refused");
        }
    }

    /**
     * How long tasks of the container waited, pressure stall information of the kernel.
     *
     * @param some10 the share of the last 10 seconds in which some waited, in percent
     * @param some60 of the last 60 seconds
     * @param some300 of the last 300 seconds
     * @param some the time in which some waited, since the start
     * @param full10 the share of the last 10 seconds in which all waited, in percent
     * @param full60 of the last 60 seconds
     * @param full300 of the last 300 seconds
     * @param full the time in which all waited, since the start
     * @since 0.1
     */
    public record Pressure(
            double some10,
            double some60,
            double some300,
            Duration some,
            double full10,
            double full60,
            double full300,
            Duration full) {

        /** Creates a reading of pressure. */
        public Pressure {
            Objects.requireNonNull(some, "some");
            Objects.requireNonNull(full, "full");
        }
    }
}
