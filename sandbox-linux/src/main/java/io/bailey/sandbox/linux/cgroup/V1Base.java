package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.MountInfo;

import java.util.Optional;

/**
 * The group of one v1 hierarchy that new ones are made under.
 *
 * @param mountPoint of the hierarchy
 * @param directory the group's
 * @param holdsCpuset whether cpuset is bound to this hierarchy: its groups take no process before
 *     they have processors
 * @param blocked why no group can be made here
 */
record V1Base(String mountPoint, String directory, boolean holdsCpuset, Optional<Problem> blocked) {

    static V1Base look(Linux linux, MountInfo mount, String path) {
        Optional<String> directory = OwnCgroups.directory(mount, path);
        boolean cpuset = mount.hasSuperOption(Controller.CPUSET.kernelName());
        if (directory.isEmpty()) {
            Problem hidden =
                    new Problem(
                            "",
                            "this process's group "
                                    + path
                                    + " is not below what "
                                    + mount.mountPoint()
                                    + " shows",
                            Fixes.ENTER);
            return new V1Base(mount.mountPoint(), mount.mountPoint(), cpuset, Optional.of(hidden));
        }
        return look(linux, mount.mountPoint(), directory.get(), cpuset);
    }

    /** The group {@code parent} of the same hierarchy. */
    V1Base under(Linux linux, String parent) {
        return look(linux, mountPoint, ParentPath.under(mountPoint, parent), holdsCpuset);
    }

    private static V1Base look(Linux linux, String mountPoint, String directory, boolean cpuset) {
        // Opening changes nothing, and tells a read-only mount and a missing right apart.
        int procs = linux.openat(Linux.AT_FDCWD, directory + "/cgroup.procs", Linux.O_WRONLY, 0);
        if (procs < 0) {
            String found = "open " + directory + "/cgroup.procs: " + Errno.name(-procs);
            Problem problem = new Problem("", found, Fixes.forV1Errno(-procs, directory));
            return new V1Base(mountPoint, directory, cpuset, Optional.of(problem));
        }
        linux.close(procs);
        return new V1Base(mountPoint, directory, cpuset, Optional.empty());
    }
}
