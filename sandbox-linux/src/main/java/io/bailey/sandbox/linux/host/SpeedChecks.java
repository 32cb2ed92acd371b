package io.bailey.sandbox.linux.host;

import static io.bailey.sandbox.linux.host.Doctor.degraded;
import static io.bailey.sandbox.linux.host.Doctor.ok;

import io.bailey.sandbox.Finding;

import java.util.List;

/** Settings that make starts slow: RCU grace periods and the table of descriptors. */
final class SpeedChecks {
    /** What a sandbox needs at most by the dozen, and half the usual soft limit. */
    private static final long FEW_OPEN_FILES = 512;

    private SpeedChecks() {}

    static List<Finding> of(Source source) {
        return List.of(rcu(source), openFiles(source));
    }

    private static Finding rcu(Source source) {
        String expedited = source.line("/sys/kernel/rcu_expedited");
        String normal = source.line("/sys/kernel/rcu_normal");
        String found =
                "rcu_expedited="
                        + (expedited.isEmpty() ? "?" : expedited)
                        + ", rcu_normal="
                        + (normal.isEmpty() ? "?" : normal);
        return normal.equals("1")
                ? degraded(
                        "RCU",
                        found
                                + ": every grace period takes milliseconds, and mounts and groups wait for some",
                        "echo 0 > /sys/kernel/rcu_normal, or boot without rcupdate.rcu_normal=1")
                : ok("RCU", found);
    }

    private static Finding openFiles(Source source) {
        long limit = source.openFiles();
        return limit >= 0 && limit < FEW_OPEN_FILES
                ? degraded(
                        "open files",
                        "RLIMIT_NOFILE is " + limit,
                        "raise it: ulimit -n 4096, or LimitNOFILE=4096 in the systemd unit")
                // RLIM_INFINITY is −1 as a signed number.
                : ok("open files", limit < 0 ? "unlimited" : Long.toString(limit));
    }
}
