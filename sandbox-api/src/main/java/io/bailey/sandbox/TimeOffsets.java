package io.bailey.sandbox;

import java.time.Duration;

/**
 * How far the clocks of a sandbox are from those of the host, see {@code time_namespaces(7)}. The
 * wall clock is not among them: Linux has no offset for it.
 *
 * <p>Each is at most 146 years either way, the kernel's own bound. A negative offset that would
 * make the clock negative is refused by the kernel with {@code ERANGE} when the sandbox starts.
 *
 * @param monotonic added to {@code CLOCK_MONOTONIC}; may be negative
 * @param boottime added to {@code CLOCK_BOOTTIME}, the uptime; may be negative
 * @since 0.1
 */
public record TimeOffsets(Duration monotonic, Duration boottime) {

    /** {@code KTIME_SEC_MAX / 2}, see {@code timens_set_offset} in kernel/time/namespace.c. */
    private static final Duration MAX = Duration.ofSeconds(Long.MAX_VALUE / 1_000_000_000L / 2);

    /**
     * Creates offsets.
     *
     * @throws SandboxConfigException if one is more than 146 years either way
     */
    public TimeOffsets {
        check("monotonic", monotonic);
        check("boottime", boottime);
    }

    private static void check(String clock, Duration offset) {
        if (offset.compareTo(MAX) > 0 || offset.compareTo(MAX.negated()) < 0) {
            throw new SandboxConfigException(
                    "timeOffsets: "
                            + clock
                            + " "
                            + offset
                            + " is more than "
                            + MAX
                            + " either way");
        }
    }
}
