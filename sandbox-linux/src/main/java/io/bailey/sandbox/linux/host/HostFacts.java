package io.bailey.sandbox.linux.host;

import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.cgroup.Layout;
import io.bailey.sandbox.linux.sys.Linux;

/**
 * What the kernel and this user can do, as data for the plan.
 *
 * @param euid effective user id
 * @param egid effective group id
 * @param privileged CAP_SYS_ADMIN, CAP_SETUID and CAP_SETGID are effective and this is the initial
 *     user namespace
 * @param effectiveCapabilities the effective set, one bit each, capabilities(7)
 * @param lastCapability the highest capability the kernel knows
 * @param kernel the kernel's version
 * @param userNamespaces whether this user may make a user namespace
 * @param overlayByFd whether overlay takes its layers as descriptors (Linux 6.13)
 * @param timeNamespaces whether there are time namespaces (Linux 5.6)
 * @param landlockAbi the ABI of landlock(7), 0 where there is none
 * @param cgroupV2 whether the controllers are on the one cgroup2 tree
 * @param subordinate the ids this user may map besides its own
 */
public record HostFacts(
        int euid,
        int egid,
        boolean privileged,
        long effectiveCapabilities,
        int lastCapability,
        KernelVersion kernel,
        boolean userNamespaces,
        boolean overlayByFd,
        boolean timeNamespaces,
        int landlockAbi,
        boolean cgroupV2,
        SubordinateIds subordinate) {
    /** CAP_SYS_ADMIN to mount and to set up; CAP_SETGID and CAP_SETUID to map any id. */
    private static final long FOR_SET_UP = 1L << 21 | 1L << 6 | 1L << 7;

    /** CAP_SETGID, CAP_SETUID. */
    private static final long FOR_USERS = 1L << 6 | 1L << 7;

    /** CAP_CHECKPOINT_RESTORE, the highest of Linux 5.9: for a /proc without cap_last_cap. */
    private static final int LAST_KNOWN_CAPABILITY = 40;

    /** Whether a process of this JVM may become another user without a user namespace. */
    public boolean mayChangeUser() {
        return (effectiveCapabilities & FOR_USERS) == FOR_USERS;
    }

    /** Looks at /proc and a few calls; starts nothing, changes nothing. */
    public static HostFacts probe(Linux linux) {
        boolean cgroupV2 = Cgroups.discover(linux).layout() == Layout.V2;
        return probe(new LiveSource(linux), linux.geteuid(), linux.getegid(), cgroupV2);
    }

    static HostFacts probe(Source source, int euid, int egid, boolean cgroupV2) {
        long effective = effectiveCapabilities(source.read("/proc/self/status"));
        boolean privileged =
                (effective & FOR_SET_UP) == FOR_SET_UP
                        && isWholeRange(source.line("/proc/self/uid_map"));
        KernelVersion kernel = KernelVersion.parse(source.line("/proc/sys/kernel/osrelease"));
        return new HostFacts(
                euid,
                egid,
                privileged,
                effective,
                (int) source.number("/proc/sys/kernel/cap_last_cap", LAST_KNOWN_CAPABILITY),
                kernel,
                UserNamespaces.obstacle(source, privileged, euid, effective).isEmpty(),
                kernel.atLeast(6, 13),
                source.exists("/proc/self/ns/time"),
                FilterChecks.landlockAbi(source),
                cgroupV2,
                SubordinateFiles.of(source, euid, privileged));
    }

    /** The line "CapEff:" of /proc/[pid]/status, in hexadecimal. */
    static long effectiveCapabilities(String status) {
        int at = status.indexOf("\nCapEff:");
        if (at < 0) {
            return 0;
        }
        int from = at + "\nCapEff:".length();
        int newline = status.indexOf('\n', from);
        String hex = status.substring(from, newline < 0 ? status.length() : newline).strip();
        return hex.isEmpty() || hex.length() > 16 ? 0 : Long.parseUnsignedLong(hex, 16);
    }

    /** Only the initial user namespace maps every id to itself: user_namespaces(7). */
    static boolean isWholeRange(String uidMap) {
        int at = 0;
        for (String expected : new String[] {"0", "0", "4294967295"}) {
            while (at < uidMap.length() && uidMap.charAt(at) == ' ') {
                at++;
            }
            if (!uidMap.startsWith(expected, at)) {
                return false;
            }
            at += expected.length();
            if (at < uidMap.length() && uidMap.charAt(at) != ' ') {
                return false;
            }
        }
        return uidMap.substring(at).isBlank();
    }
}
