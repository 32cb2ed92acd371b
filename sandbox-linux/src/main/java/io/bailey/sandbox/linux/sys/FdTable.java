package io.bailey.sandbox.linux.sys;

import java.util.List;

/**
 * Grows this process's descriptor table once, when the library loads. In a multithreaded process
 * each later doubling waits for an RCU grace period: 13–16 ms in the middle of somebody's start
 * (measured; gVisor PR #14056).
 */
public final class FdTable {
    private static final int RLIMIT_NOFILE = 7;
    private static final int WANTED = 4096;

    private FdTable() {}

    /**
     * Makes room for {@value #WANTED} descriptors, or as many as RLIMIT_NOFILE allows. Best effort:
     * it only saves time.
     */
    public static void grow(Linux linux) {
        List<Long> limit = linux.rlimit(RLIMIT_NOFILE);
        if (limit.isEmpty()) {
            return;
        }
        int highest = Math.clamp(limit.getFirst(), 64, WANTED) - 1;
        int any = linux.openat(Linux.AT_FDCWD, "/", Linux.O_PATH, 0);
        if (any >= 0) {
            // F_DUPFD takes the lowest free number from there on: nobody else's descriptor is
            // replaced.
            int high = linux.fcntl(any, Linux.F_DUPFD_CLOEXEC, highest);
            if (high >= 0) {
                linux.close(high);
            }
            linux.close(any);
        }
    }
}
