package io.bailey.sandbox.linux.mount;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

import java.util.List;
import java.util.OptionalInt;

/**
 * Detached mounts made by a privileged JVM: they hang in no mount table, so nothing of the host's
 * sees them and a kill -9 of the JVM leaves none behind.
 */
public final class HostTrees {
    private static final int OPEN_TREE_CLONE = 1;
    private static final long MOUNT_ATTR_IDMAP = 0x00100000;

    /** RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and RESOLVE_NO_MAGICLINKS. */
    private static final int RESOLVE_NO_LINKS = 0x08 | 0x04 | 0x02;

    private static final long MS_PRIVATE = 1 << 18;

    private final Linux linux;

    public HostTrees(Linux linux) {
        this.linux = linux;
    }

    /** A tree, or the −errno of the step that failed. */
    public record Attempt(int result, String step) {
        public boolean failed() {
            return result < 0;
        }
    }

    /**
     * Clones what is mounted at {@code path} of the host, private, with {@code flags} on it.
     *
     * @param recursive with every mount below it
     * @param userns a user namespace whose map the files' owners are seen through; where a file
     *     system in the tree cannot do that, owners stay the host's and show as nobody: never more
     *     access than the map would give
     */
    public Attempt clone(
            TreeSource.HostPath path, boolean recursive, MountFlags flags, OptionalInt userns) {
        int depth = recursive ? Linux.AT_RECURSIVE : 0;
        int tree = openTree(path, OPEN_TREE_CLONE | depth);
        if (tree < 0) {
            return new Attempt(tree, "open_tree");
        }
        int result = -Errno.EINVAL;
        if (userns.isPresent()) {
            result =
                    linux.mountSetattr(
                            tree,
                            depth,
                            flags.bits() | MOUNT_ATTR_IDMAP,
                            0,
                            MS_PRIVATE,
                            userns.getAsInt());
        }
        if (result < 0) {
            result = linux.mountSetattr(tree, depth, flags.bits(), 0, MS_PRIVATE, 0);
        }
        if (result < 0) {
            linux.close(tree);
            return new Attempt(result, "mount_setattr");
        }
        return new Attempt(tree, "");
    }

    /**
     * The detached mount {@code mount}, which is taken over, with its owners seen through a map.
     *
     * @param mount −errno of whoever should have made it
     */
    public Attempt idmapped(int mount, OptionalInt userns) {
        if (mount < 0) {
            return new Attempt(mount, "mount an image");
        }
        if (userns.isEmpty()) {
            return new Attempt(mount, "");
        }
        int result = linux.mountSetattr(mount, 0, MOUNT_ATTR_IDMAP, 0, 0, userns.getAsInt());
        if (result < 0) {
            linux.close(mount);
            return new Attempt(result, "map the owners of an image");
        }
        return new Attempt(mount, "");
    }

    /** An empty tmpfs, as {@link Scratch#make} makes one, whose owners are seen through a map. */
    public Attempt scratch(long bytes, OptionalInt userns) {
        int fs = linux.fsopen("tmpfs");
        if (fs < 0) {
            return new Attempt(fs, "fsopen tmpfs");
        }
        int result =
                Math.min(
                        linux.fsconfigString(fs, "mode", "0755"),
                        Math.min(
                                linux.fsconfigString(fs, "size", Long.toString(bytes)),
                                linux.fsconfigString(
                                        fs, "nr_inodes", Long.toString(Scratch.inodes(bytes)))));
        result = result < 0 ? result : linux.fsconfigCreate(fs);
        result = result < 0 ? result : linux.fsmount(fs, MountFlags.WRITABLE.bits());
        linux.close(fs);
        return result < 0
                ? new Attempt(result, "mount a tmpfs for the writable layer")
                : idmapped(result, userns);
    }

    /** The directory {@code path}, of this process's own making, to write to. */
    public Attempt writable(String path, OptionalInt userns) {
        return clone(new TreeSource.HostPath(path), false, MountFlags.WRITABLE, userns);
    }

    private int openTree(TreeSource.HostPath source, int flags) {
        if (source.beneath().isEmpty()) {
            return linux.openTree(Linux.AT_FDCWD, source.path(), flags);
        }
        int fd = open(source);
        if (fd < 0) {
            return fd;
        }
        int tree = linux.openTree(fd, "", flags | Linux.AT_EMPTY_PATH);
        linux.close(fd);
        return tree;
    }

    /** A descriptor (O_PATH) of {@code source}, or −errno: ELOOP for a link beneath its path. */
    public int open(TreeSource.HostPath source) {
        int above = linux.openat(Linux.AT_FDCWD, source.path(), Linux.O_PATH, 0);
        if (above < 0 || source.beneath().isEmpty()) {
            return above;
        }
        int fd = linux.openat2(above, source.beneath(), Linux.O_PATH, 0, RESOLVE_NO_LINKS);
        linux.close(above);
        return fd;
    }

    /** A clone of a detached mount made earlier. EINVAL before Linux 6.15. */
    public Attempt cloneOf(Fd mount) {
        return new Attempt(
                linux.openTree(mount.number(), "", OPEN_TREE_CLONE | Linux.AT_EMPTY_PATH),
                "open_tree");
    }

    /**
     * The node {@code path} of the host alone, if it still is what {@code expected} says: ENODEV if
     * not. Owner and mode stay the host's.
     */
    public Attempt device(String path, Stat expected, MountFlags flags) {
        Attempt node = clone(new TreeSource.HostPath(path), false, flags, OptionalInt.empty());
        if (node.failed()) {
            return node;
        }
        Stat found = linux.stat(node.result(), "", Linux.AT_EMPTY_PATH);
        if (found.node() != expected.node()
                || found.isCharacterDevice() != expected.isCharacterDevice()
                || found.isBlockDevice() != expected.isBlockDevice()) {
            linux.close(node.result());
            return new Attempt(-Errno.ENODEV, "find the device it was when the sandbox was built");
        }
        return node;
    }

    /**
     * A read-only /dev with real device nodes, which takes CAP_MKNOD in the initial user namespace.
     *
     * @param userns whose root shall own it
     * @param more names that something else will be bound on
     */
    public Attempt devices(OptionalInt userns, List<String> more) {
        int fs = linux.fsopen("tmpfs");
        if (fs < 0) {
            return new Attempt(fs, "fsopen tmpfs");
        }
        int result =
                Math.min(
                        linux.fsconfigString(fs, "mode", "0755"),
                        linux.fsconfigString(fs, "size", "65536"));
        result = result < 0 ? result : linux.fsconfigCreate(fs);
        int mount = result < 0 ? result : linux.fsmount(fs, MountFlags.DEVICES.bits());
        linux.close(fs);
        if (mount < 0) {
            return new Attempt(mount, "mount a tmpfs for devices");
        }
        result = fill(mount, more);
        if (result >= 0) {
            result =
                    linux.mountSetattr(
                            mount,
                            0,
                            MountFlags.RDONLY | (userns.isPresent() ? MOUNT_ATTR_IDMAP : 0),
                            0,
                            0,
                            userns.orElse(0));
        }
        if (result < 0) {
            linux.close(mount);
            return new Attempt(result, "make the device nodes");
        }
        return new Attempt(mount, "");
    }

    private int fill(int mount, List<String> more) {
        int worst = 0;
        for (DeviceDirectory.Node node : DeviceDirectory.NODES) {
            worst = Math.min(worst, linux.mknodat(mount, node.name(), 0020666, node.device()));
            // The JVM's umask has been taken off the mode.
            worst = Math.min(worst, linux.fchmodat(mount, node.name(), 0666));
        }
        for (String name : more) {
            worst = Math.min(worst, linux.mknodat(mount, name, 0100444, 0));
        }
        for (String name : DeviceDirectory.DIRECTORIES) {
            worst = Math.min(worst, linux.mkdirat(mount, name, 0755));
        }
        for (var link : DeviceDirectory.LINKS.entrySet()) {
            worst = Math.min(worst, linux.symlinkat(link.getValue(), mount, link.getKey()));
        }
        return worst;
    }
}
