package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.MemorySize;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One reading of a group's accounting. A field this layout or kernel cannot fill is empty, never
 * zero.
 *
 * @param cpuMicros CPU time of all its processes, dead ones too, in microseconds
 * @param userMicros the share of it in user mode
 * @param systemMicros the share of it in the kernel
 * @param peakMemory the most memory it held at once, in bytes (v2: Linux 5.19)
 * @param oomKills how many of its processes the OOM killer ended
 * @param oomLimit the limit that made it, of this group or of one above; empty if it was the
 *     machine's memory, or cannot be told
 * @param pidsRejected how many forks its process limit refused
 * @param maxPids the most tasks it held at once (v2: Linux 6.11)
 * @param readBytes bytes read from block devices
 * @param writtenBytes bytes written to block devices
 */
public record CgroupUsage(
        OptionalLong cpuMicros,
        OptionalLong userMicros,
        OptionalLong systemMicros,
        OptionalLong peakMemory,
        OptionalLong oomKills,
        Optional<MemorySize> oomLimit,
        OptionalLong pidsRejected,
        OptionalLong maxPids,
        OptionalLong readBytes,
        OptionalLong writtenBytes) {

    /** Nothing is known: no group was made. */
    public static final CgroupUsage NONE =
            new CgroupUsage(
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    Optional.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty());
}
