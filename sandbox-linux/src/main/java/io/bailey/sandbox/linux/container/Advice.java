package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Rlimit;
import io.bailey.sandbox.linux.mount.MountProgram;
import io.bailey.sandbox.linux.plan.RootSteps;
import io.bailey.sandbox.linux.program.Operation;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Shortage;
import io.bailey.sandbox.linux.sys.Sys;

/** What to do about an errno. */
final class Advice {
    static final String TOO_MANY_INSIDE =
            "the container's limit of processes is reached; a further command takes two of it, one for its"
                    + " watcher; raise pids";

    private static final String DOCTOR = "see Sandbox.doctor()";

    private Advice() {}

    /** For the places of a container's first process in /proc, and its namespaces. */
    static String forEntering(int errno) {
        return switch (errno) {
            case Errno.EACCES, Errno.EPERM ->
                    "entering takes power over the container's first process: be its user namespace's owner, or"
                            + " have CAP_SYS_ADMIN and CAP_SYS_PTRACE where the host's ids are shared";
            case Errno.ESRCH -> "the container has ended";
            default -> Shortage.or(errno, "");
        };
    }

    static String forLaunch(String step, int errno) {
        return switch (errno) {
            case Errno.EAGAIN ->
                    "the limit of processes is reached (ulimit -u, or pids.max of the JVM's own cgroup); raise it";
            case Errno.ENOSPC ->
                    "the limit of namespaces is reached (sysctl user.max_*_namespaces), or of nested ones; raise it";
            case Errno.EPERM ->
                    step.equals("clone3")
                            ? "this user may not make these namespaces: user namespaces may be off, restricted by AppArmor or"
                                    + " by the seccomp filter of an outer container; "
                                    + DOCTOR
                            : "this user may not do that; " + DOCTOR;
            case Errno.EACCES ->
                    step.equals("clone3")
                            ? "the cgroup may not be joined: the JVM's own cgroup and the sandbox's need a common ancestor this"
                                    + " user may write; "
                                    + DOCTOR
                            : "this user may not do that; check the permissions of every directory on the way";
            case Errno.ENOENT -> "it does not exist";
            case Errno.ELOOP ->
                    "there is a symbolic link on the way, which an earlier command may have planted: it is followed nowhere"
                            + " beneath a directory that the sandbox may write to; look at it, remove it and put back what"
                            + " was there, or mount no source from beneath a writable one";
            case Errno.ENODEV -> "it has been removed or is another by now; build the sandbox anew";
            case Errno.ENOSYS ->
                    "this kernel is too old for it, or an outer container's filter hides it; "
                            + DOCTOR;
            case Errno.EBUSY, Errno.EOPNOTSUPP -> "the cgroup cannot take processes; " + DOCTOR;
            default -> Shortage.or(errno, "");
        };
    }

    static String forChild(Operation operation, int errno) {
        String step = operation.step();
        if (operation.sys() == Sys.WRITE && step.startsWith("join")) {
            return "the JVM's user may not put a process into that cgroup; " + DOCTOR;
        }
        if (operation.sys() == Sys.SETNS) {
            return forEntering(errno);
        }
        if (operation.sys() == Sys.PRLIMIT64 && errno == Errno.EPERM) {
            return forLimit(step);
        }
        if (step.equals(MountProgram.BENEATH_STEP)) {
            return forLaunch(step, errno);
        }
        return switch (errno) {
            case Errno.ELOOP ->
                    "there is a symbolic link on the way in the sandbox's root, where Bailey mounts itself and follows none;"
                            + " replace it by a directory";
            case Errno.ENOTDIR -> "the sandbox's root has something there that is not a directory";
            case Errno.EISDIR -> "the sandbox's root has a directory there";
            case Errno.ENOENT ->
                    step.startsWith("bind the device") && operation.sys() == Sys.OPEN_TREE
                            ? "it was there when the sandbox was built; the host has it no more"
                            : step.startsWith("change to")
                                    ? "the sandbox's root has no such directory; choose another workdir or mount one there"
                                    : "it is missing in the sandbox's root";
            case Errno.EPERM ->
                    step.startsWith("mount proc") || step.startsWith("mount sysfs")
                            ? "the host masks /proc or /sys (running inside a container?), and the kernel gives no fresher view"
                                    + " than that; "
                                    + DOCTOR
                            : "this user or this kernel does not allow it; " + DOCTOR;
            case Errno.EACCES -> "the sandbox's user may not; check owner and mode";
            case Errno.EROFS -> "that place is read-only";
            case Errno.E2BIG ->
                    "arguments and environment are larger than the kernel takes (a quarter of RLIMIT_STACK)";
            case Errno.ENOSPC ->
                    "the sandbox's writable layer, or a limit of the kernel, is full; raise writableRootSize";
            case Errno.EDQUOT ->
                    "a quota of this user is reached (sysctl kernel.keys.maxkeys for keyrings)";
            case Errno.ENOMEM ->
                    "the sandbox's memory limit, or the machine's memory, is too small for it";
            case Errno.EAGAIN ->
                    "the limit of processes is reached before the command began; raise pids (a further command in a"
                            + " container takes two, one for its watcher), or rlimit NPROC, which counts all"
                            + " processes of the user";
            case Errno.ENODEV -> "this kernel does not have that file system";
            case Errno.ENOSYS ->
                    "this kernel is too old for it, or an outer container's filter hides it; "
                            + DOCTOR;
            case Errno.EBUSY ->
                    operation.sys() == Sys.SECCOMP
                            ? "this JVM is under a seccomp filter that somebody listens to already (LXD, systemd-nspawn), and"
                                    + " there can be one alone; use a profile that does not kill"
                            : "";
            case Errno.EINVAL -> forInvalid(operation);
            default -> "";
        };
    }

    private static String forLimit(String step) {
        String advice =
                "this process's own hard limit is lower; raise that one (ulimit -H) or, as root, share"
                        + " the host's ids (IdMap.HOST); or ask for less";
        return step.endsWith(" " + Rlimit.NOFILE)
                ? advice + "; nobody gets more descriptors than sysctl fs.nr_open"
                : advice;
    }

    private static String forInvalid(Operation operation) {
        if (operation.step().equals("pivot_root")) {
            return "the host's root cannot be pivoted from (an initramfs?); use RootChange.CHROOT";
        }
        if (operation.step().equals(RootSteps.OVERLAY_STEP)) {
            return "an ordinary user may not lay an overlay over a tree that has other mounts below it"
                    + " (mount_namespaces(7), locked mounts); use WritableRoot.READ_ONLY, a directory without"
                    + " mounts below it, or run as root";
        }
        return "the kernel refused the arguments; " + DOCTOR;
    }
}
