package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Errno;

/** What helps against each way of not having a controller. */
final class Fixes {
    static final String MOUNT =
            "mount a cgroup2 file system on /sys/fs/cgroup, or give the container its cgroups";

    static final String ENTER =
            "start the JVM inside the cgroup tree that is mounted (docker run --cgroupns=private)";

    private Fixes() {}

    static String forErrno(int errno) {
        return switch (errno) {
            case Errno.EROFS -> "mount /sys/fs/cgroup read-write in the container this JVM runs in";
            case Errno.ENOENT -> "create that group, or leave cgroupParent out";
            default ->
                    "start the JVM in a group of its own: systemd-run --user --scope -p Delegate=yes java …";
        };
    }

    /** systemd hands v1 hierarchies to no ordinary user, so there the remedy is another. */
    static String forV1Errno(int errno, String directory) {
        return errno == Errno.EACCES || errno == Errno.EPERM
                ? "let root make a group in "
                        + directory
                        + ", chown it to this user and start the JVM in it; or boot"
                        + " with systemd.unified_cgroup_hierarchy=1, where groups are delegated by one option"
                : forErrno(errno);
    }

    /** Nobody above hands {@code controller} down. */
    static String delegate(String controller) {
        return "delegate it: systemd-run --user --scope -p Delegate=yes java …, and for users put Delegate=cpu cpuset"
                + " io memory pids in a drop-in of user@.service ("
                + controller
                + " is missing)";
    }

    /** The JVM itself is in the way: the no-internal-process rule, cgroup-v2.rst. */
    static String moveToLeaf(String directory, String controller) {
        return "call Sandbox.enterLeafCgroup() before anything else, or move the JVM to a leaf: mkdir "
                + directory
                + "/jvm; echo <pid of the JVM> > "
                + directory
                + "/jvm/cgroup.procs; echo +"
                + controller
                + " > "
                + directory
                + "/cgroup.subtree_control";
    }
}
