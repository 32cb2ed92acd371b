package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

/**
 * One directory of our making in one hierarchy, held by a descriptor. A thousand containers on a
 * hybrid host have seven thousand of them: its parent has none.
 */
final class GroupDirectory {
    private final Linux linux;
    private final String path;
    private final int fd;

    private GroupDirectory(Linux linux, String path, int fd) {
        this.linux = linux;
        this.path = path;
        this.fd = fd;
    }

    /**
     * Makes {@code name} under {@code base}; nothing is left behind if that fails. It must not
     * exist yet.
     */
    static GroupDirectory make(Linux linux, String base, String name) throws CgroupFailure {
        // Opened for each group: 1.5 µs, and no descriptor then outlives its group or its
        // hierarchy.
        int parent = linux.openat(Linux.AT_FDCWD, base, Linux.O_PATH | Linux.O_DIRECTORY, 0);
        if (parent < 0) {
            throw new CgroupFailure("open cgroup", -parent, base);
        }
        String path = base + "/" + name;
        int made = linux.mkdirat(parent, name, 0755);
        if (made < 0) {
            linux.close(parent);
            throw new CgroupFailure("create cgroup", -made, path);
        }
        int fd = linux.openat(parent, name, Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW, 0);
        if (fd < 0) {
            linux.unlinkat(parent, name, Linux.AT_REMOVEDIR);
            linux.close(parent);
            throw new CgroupFailure("open cgroup", -fd, path);
        }
        linux.close(parent);
        return new GroupDirectory(linux, path, fd);
    }

    /** The group at {@code path}, which somebody made earlier. */
    static GroupDirectory reopen(Linux linux, String path) throws CgroupFailure {
        int flags = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
        int fd = linux.openat(Linux.AT_FDCWD, path, flags, 0);
        if (fd < 0) {
            throw new CgroupFailure("open cgroup", -fd, path);
        }
        return new GroupDirectory(linux, path, fd);
    }

    int fd() {
        return fd;
    }

    String path() {
        return path;
    }

    FileText read(String file) {
        return KernelFile.read(linux, fd, file);
    }

    /** What {@code file} says in the group above. */
    FileText readAbove(String file) {
        return KernelFile.read(linux, fd, "../" + file);
    }

    /** Returns 0 or −errno. */
    int write(String file, String value) {
        return KernelFile.write(linux, fd, file, value);
    }

    /** A descriptor of {@code file}, or −errno. */
    int open(String file, int flags) {
        return linux.openat(fd, file, flags, 0);
    }

    /** rmdir(2): 0 or −errno, EBUSY while a process or a group is inside. */
    int rmdir() {
        return linux.unlinkat(Linux.AT_FDCWD, path, Linux.AT_REMOVEDIR);
    }

    /**
     * SIGKILL to every process inside, by the kernel where it can (Linux 5.14), else one by one.
     */
    void kill() {
        if (write("cgroup.kill", "1") < 0) {
            new ProcessKiller(linux, this).killAll();
        }
    }

    /** SIGKILL to every process of a group that a v1 freezer holds: they die when it lets go. */
    void killFrozen() {
        new ProcessKiller(linux, this).killFrozen();
    }

    /** Lets go of its descriptors; the group stays. */
    void forget() {
        linux.close(fd);
    }

    /** Removes it, ending first what is still inside, and closes its descriptors. */
    void remove() {
        int r = rmdir();
        try {
            if (r == -Errno.EBUSY) {
                r = new Removal(linux, this).run();
            }
        } finally {
            forget();
        }
        if (r < 0 && r != -Errno.ENOENT) {
            throw new SandboxSetupException(
                    "remove cgroup",
                    Errno.name(-r),
                    path,
                    "a process inside does not die (state D?)");
        }
    }
}
