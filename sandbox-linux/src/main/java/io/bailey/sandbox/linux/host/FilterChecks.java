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

    private static Finding landlock(Source source) {
        long abi = source.ask(Sys.LANDLOCK_CREATE_RULESET, 0, 0, LANDLOCK_CREATE_RULESET_VERSION);
        return abi > 0
                ? ok("landlock", "ABI " + abi)
                : degraded(
                        "landlock",
                        "not there or switched off: landlock(...) cannot be used",
                        "boot with landlock in the parameter lsm= (Linux 5.13 or newer)");
    }
}
