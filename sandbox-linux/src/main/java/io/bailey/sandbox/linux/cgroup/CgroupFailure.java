package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Shortage;

/**
 * A call on a group's directory failed. Stays inside this room, where it becomes a finding or a
 * setup error.
 */
final class CgroupFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String step;
    private final int errno;
    private final String path;

    CgroupFailure(String step, int errno, String path) {
        super(step + " " + path + ": " + Errno.name(errno), null, false, false);
        this.step = step;
        this.errno = errno;
        this.path = path;
    }

    /** Is it that this user or this mount does not allow it, rather than that something broke? */
    static boolean isRefusal(int errno) {
        return errno == Errno.EACCES
                || errno == Errno.EPERM
                || errno == Errno.EROFS
                || errno == Errno.ENOENT;
    }

    boolean isRefusal() {
        return isRefusal(errno);
    }

    /** The same as a problem of {@code what}. */
    Problem problem(String what) {
        return new Problem(
                what, step + " " + path + ": " + Errno.name(errno), Fixes.forErrno(errno));
    }

    SandboxSetupException setupException() {
        String advice =
                switch (errno) {
                    case Errno.EEXIST ->
                            "a group of that name is there already, perhaps left by a killed JVM";
                    case Errno.EAGAIN ->
                            "cgroup.max.descendants or cgroup.max.depth above it is reached";
                    case Errno.ENOSPC ->
                            "the kernel has no ids left for groups; others are leaking them";
                    default -> Shortage.or(errno, "");
                };
        return new SandboxSetupException(step, Errno.name(errno), path, advice);
    }
}
