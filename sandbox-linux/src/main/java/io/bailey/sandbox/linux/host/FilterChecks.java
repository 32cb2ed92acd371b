package io.bailey.sandbox.linux.host;

import static io.bailey.sandbox.linux.host.Doctor.degraded;
import static io.bailey.sandbox.linux.host.Doctor.missing;
import static io.bailey.sandbox.linux.host.Doctor.ok;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.List;

/** What takes rights away: seccomp(2) and landlock(7). */
final class FilterChecks {
    private static final long LANDLOCK_CREATE_RULESET_VERSION = 1;

    /** LANDLOCK_SCOPE_SIGNAL. */
    static final int UNPRIVILEGED_ABI = 6;

    /** LANDLOCK_ACCESS_FS_RESOLVE_UNIX. */
    private static final int UNIX_SOCKETS_ABI = 9;

    /** A network namespace does not hold them: they are files. */
    private static final String SOCKETS_BY_PATH =
            "a sandbox on the host's tree can connect to the host's Unix sockets, outside /tmp and /run,"
                    + " that the user behind it may connect to";

    private FilterChecks() {}

    static List<Finding> of(Source source) {
        return List.of(seccomp(source), landlock(source));
    }

    private static Finding seccomp(Source source) {
        String actions = source.line("/proc/sys/kernel/seccomp/actions_avail");
        return (" " + actions + " ").contains(" errno ")
                ? ok("seccomp", actions)
                : missing(
                        "seccomp",
                        "this kernel has no seccomp filters",
                        "boot one with CONFIG_SECCOMP_FILTER");
    }

    /** 0 where there is none. */
    static int landlockAbi(Source source) {
        return (int)
                Math.max(
                        0,
                        source.ask(
                                Sys.LANDLOCK_CREATE_RULESET,
                                0,
                                0,
                                LANDLOCK_CREATE_RULESET_VERSION));
    }

    private static Finding landlock(Source source) {
        int abi = landlockAbi(source);
        if (abi == 0) {
            return missing(
                    "landlock",
                    "not there or switched off",
                    "boot with landlock in the parameter lsm= (Linux 5.13 or newer), or do without by"
                            + " name: landlock(Landlock.BEST_EFFORT)");
        }
        if (abi < UNPRIVILEGED_ABI) {
            return degraded(
                    "landlock",
                    "ABI " + abi + ": no scopes for signals and sockets; " + SOCKETS_BY_PATH,
                    "boot Linux 6.12 or newer for Isolation.UNPRIVILEGED, 7.1 or newer for all of it");
        }
        return abi < UNIX_SOCKETS_ABI
                ? degraded(
                        "landlock",
                        "ABI " + abi + ": " + SOCKETS_BY_PATH,
                        "boot Linux 7.1 or newer (ABI 9), or mount something private over the"
                                + " directories of such sockets")
                : ok("landlock", "ABI " + abi);
    }
}
