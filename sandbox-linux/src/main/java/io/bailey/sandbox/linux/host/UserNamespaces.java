package io.bailey.sandbox.linux.host;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.Finding.Status;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.Optional;

/**
 * May this user make a user namespace, and if not: which of the four locks is it?
 * user_namespaces(7).
 */
final class UserNamespaces {
    static final String CHECK = "user namespaces";

    private static final int CAP_SETFCAP = 31;
    private static final long CLONE_NEWUSER = 0x1000_0000;

    /**
     * No flag of unshare(2): the kernel always answers EINVAL, a seccomp filter answers before it
     * looks.
     */
    private static final long NO_FLAG = 0x10;

    private UserNamespaces() {}

    static Optional<Finding> obstacle(
            Source source, boolean privileged, int euid, long effectiveCapabilities) {
        if (!source.exists("/proc/self/ns/user")) {
            return missing(
                    "this kernel is built without CONFIG_USER_NS", "boot a kernel that has it");
        }
        if (source.number("/proc/sys/user/max_user_namespaces", 1) == 0) {
            return missing(
                    "user.max_user_namespaces is 0", "sysctl -w user.max_user_namespaces=15000");
        }
        int probe = source.errno(Sys.UNSHARE, CLONE_NEWUSER | NO_FLAG);
        if (probe != Errno.EINVAL) {
            return missing(
                    "a seccomp filter around this JVM answers "
                            + Errno.name(probe)
                            + " to unshare(CLONE_NEWUSER)",
                    "run the container with a seccomp profile that allows clone, clone3, unshare and the mount calls"
                            + " (docker run --security-opt seccomp=unconfined)");
        }
        if (!privileged && euid == 0 && (effectiveCapabilities >>> CAP_SETFCAP & 1) == 0) {
            return missing(
                    "this JVM is uid 0 without CAP_SETFCAP, and without it nobody may map uid 0 (Linux 5.12)",
                    "run the JVM as another user, or give it that capability (docker run --cap-add SETFCAP)");
        }
        return privileged ? Optional.empty() : unprivileged(source);
    }

    private static Optional<Finding> unprivileged(Source source) {
        if (source.number("/proc/sys/kernel/unprivileged_userns_clone", 1) == 0) {
            return missing(
                    "kernel.unprivileged_userns_clone is 0 (Debian)",
                    "sysctl -w kernel.unprivileged_userns_clone=1");
        }
        boolean restricted =
                source.number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) == 1;
        if (restricted && source.line("/proc/self/attr/current").strip().equals("unconfined")) {
            String java = System.getProperty("java.home", "") + "/bin/java";
            return missing(
                    "kernel.apparmor_restrict_unprivileged_userns is 1 (Ubuntu 23.10 and later) and no AppArmor profile"
                            + " allows them to this JVM",
                    "write \"abi <abi/4.0>, profile bailey-java "
                            + java
                            + " flags=(unconfined) { userns, }\" to"
                            + " /etc/apparmor.d/bailey-java and load it with apparmor_parser -r");
        }
        return Optional.empty();
    }

    private static Optional<Finding> missing(String found, String fix) {
        return Optional.of(new Finding(CHECK, Status.MISSING, found, fix));
    }
}
