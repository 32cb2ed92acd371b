package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Device;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.linux.mount.RootDirectory;
import io.bailey.sandbox.linux.mount.Scratch;
import io.bailey.sandbox.linux.mount.TreeSource;

import java.util.List;
import java.util.Optional;

/**
 * What was found out on the host for one sandbox: all that the plan needs to know and may not ask
 * for itself.
 *
 * @param identity how ids are mapped
 * @param runAs who the command runs as
 * @param root where the root file system comes from; empty without a mount namespace
 * @param trees pieces of the host that stand in for file systems of the sandbox's own
 * @param mounts the caller's mounts, in order, with their sources
 * @param devices the caller's devices, with their nodes
 * @param cgroupFds how many {@code tasks} files the child writes itself into (v1)
 * @param cgroupDirectory whether clone3 places the child into a cgroup (v2)
 * @param lastCapability the highest capability the kernel knows
 * @param timeOnExec whether exec enters a new time namespace even after vfork (Linux 6.3)
 * @param cpus how many processors the machine may have
 * @param freshMounts whether the mount namespace is made anew instead of copied (Linux 7.0); every
 *     tree is a descriptor then
 * @param walls what stands between the command and the kernel
 * @param announceExec whether the init tells when the command's exec has succeeded, not only when
 *     it ends
 */
public record Site(
        Identity identity,
        RunAs runAs,
        Optional<RootSite> root,
        Trees trees,
        List<MountSite> mounts,
        List<DeviceSite> devices,
        int cgroupFds,
        boolean cgroupDirectory,
        int lastCapability,
        Walls walls,
        boolean timeOnExec,
        boolean announceExec,
        int cpus,
        boolean freshMounts) {

    /** The host's sysfs, for the kernel to see in a mount namespace that has nothing else. */
    public static final TreeSource VISIBLE_SYS =
            new TreeSource.Detached(Bindings.tree("visible /sys"));

    public Site {
        mounts = List.copyOf(mounts);
        devices = List.copyOf(devices);
    }

    /**
     * @param userNamespace whether there is one of the sandbox's own
     * @param setupUid the id, as the sandbox sees it, that the set-up runs under
     * @param setupGid the group likewise
     * @param mayFixGroups whether setgroups(2) is allowed: not for an unprivileged user's single-id
     *     map, user_namespaces(7)
     * @param mapsTtyGroup whether group 5 (tty) exists in the sandbox
     * @param capable whether the set-up has capabilities: always in a user namespace of its own
     */
    public record Identity(
            boolean userNamespace,
            int setupUid,
            int setupGid,
            boolean mayFixGroups,
            boolean mapsTtyGroup,
            boolean capable) {}

    /**
     * @param home the value of HOME
     * @param groups the supplementary groups
     */
    public record RunAs(int uid, int gid, List<Integer> groups, String home) {
        public RunAs {
            groups = List.copyOf(groups);
        }
    }

    /**
     * @param tree the root's files
     * @param overlay whether a thin writable layer lies over them
     * @param readOnly whether the result is made read-only at the end
     * @param privateDirectories directories that get an empty tmpfs: /tmp, and more where the root
     *     is the host's
     * @param create mount points that are missing and are made, parents included
     * @param directories what is made besides, where it is missing: the working directory of an
     *     image
     * @param top mode and owner of the root directory, for the writable layer that covers it
     * @param layers how the overlay is told of what it lies over
     * @param writableLayer an empty directory for it, where the JVM has made it
     */
    public record RootSite(
            TreeSource tree,
            boolean overlay,
            boolean readOnly,
            List<String> privateDirectories,
            List<String> create,
            List<String> directories,
            RootDirectory top,
            Scratch.Layers layers,
            Optional<TreeSource> writableLayer) {
        public RootSite {
            directories = List.copyOf(directories);
            privateDirectories = List.copyOf(privateDirectories);
            create = List.copyOf(create);
        }
    }

    /**
     * @param dev a prepared /dev with its device nodes; without it the host's nodes are bound one
     *     by one
     * @param sys the host's /sys, where the network namespace is shared and sysfs cannot be mounted
     *     anew
     * @param proc the host's /proc, where the pid namespace is shared
     */
    public record Trees(
            Optional<TreeSource> dev, Optional<TreeSource> sys, Optional<TreeSource> proc) {}

    /**
     * @param source the host's tree of a bind
     * @param directory whether that is a directory
     */
    public record MountSite(Mount mount, Optional<TreeSource> source, boolean directory) {}

    /**
     * @param node the host's
     */
    public record DeviceSite(Device device, TreeSource node) {
        /** Its name in /dev. */
        public String name() {
            return device.target().substring("/dev/".length());
        }
    }
}
