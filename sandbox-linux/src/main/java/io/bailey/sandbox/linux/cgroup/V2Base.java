package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A group of a cgroup2 tree that new ones may be made under, and the controllers they then have.
 */
final class V2Base {
    private final String directory;
    private final Optional<Problem> blocked;
    private final Set<Controller> available;
    private final boolean mayEnable;
    private volatile Set<Controller> enabled;

    private V2Base(
            String directory,
            Optional<Problem> blocked,
            Set<Controller> available,
            Set<Controller> enabled,
            boolean mayEnable) {
        this.directory = directory;
        this.blocked = blocked;
        this.available = available;
        this.enabled = enabled;
        this.mayEnable = mayEnable;
    }

    static V2Base look(Linux linux, String directory) {
        // CLONE_INTO_CGROUP asks for write access to cgroup.procs of the common ancestor:
        // cgroup-v2.rst, "Delegation".
        int procs = linux.openat(Linux.AT_FDCWD, directory + "/cgroup.procs", Linux.O_RDWR, 0);
        if (procs < 0) {
            String found = "open " + directory + "/cgroup.procs: " + Errno.name(-procs);
            Problem problem = new Problem("", found, Fixes.forErrno(-procs));
            return new V2Base(directory, Optional.of(problem), Set.of(), Set.of(), false);
        }
        FileText members = KernelFile.read(linux, procs);
        linux.close(procs);
        boolean empty = members.isRead() && members.text().isBlank();
        return new V2Base(
                directory,
                Optional.empty(),
                Controller.listed(read(linux, directory, "cgroup.controllers")),
                Controller.listed(read(linux, directory, "cgroup.subtree_control")),
                empty || isRoot(linux, directory));
    }

    /**
     * Only the real root has no type, and only it may have processes beside groups with
     * controllers.
     */
    private static boolean isRoot(Linux linux, String directory) {
        return linux.stat(Linux.AT_FDCWD, directory + "/cgroup.type", 0).result() == -Errno.ENOENT;
    }

    private static String read(Linux linux, String directory, String file) {
        return KernelFile.read(linux, Linux.AT_FDCWD, directory + "/" + file).text();
    }

    String directory() {
        return directory;
    }

    Optional<Problem> blocked() {
        return blocked;
    }

    /** The controllers that groups made here have. */
    Set<Controller> enabled() {
        return enabled;
    }

    /** The controllers it was given itself. */
    Set<Controller> available() {
        return available;
    }

    /** Could a group made here be limited by {@code controller}? */
    boolean offers(Controller controller) {
        return enabled.contains(controller) || (mayEnable && available.contains(controller));
    }

    /** Hands down what it can of {@code needed}, and returns that. */
    Set<Controller> grant(Linux linux, Set<Controller> needed) {
        Set<Controller> granted = EnumSet.noneOf(Controller.class);
        for (Controller controller : needed) {
            if (enabled.contains(controller) || enable(linux, controller)) {
                granted.add(controller);
            }
        }
        return granted;
    }

    private synchronized boolean enable(Linux linux, Controller controller) {
        if (!offers(controller)) {
            return false;
        }
        String file = directory + "/cgroup.subtree_control";
        if (KernelFile.write(linux, Linux.AT_FDCWD, file, "+" + controller.kernelName()) < 0) {
            return false;
        }
        Set<Controller> more = EnumSet.of(controller);
        more.addAll(enabled);
        enabled = more;
        return true;
    }

    /** Why {@code controller} is not to be had here. */
    Problem problem(Controller controller) {
        String name = controller.kernelName();
        if (blocked.isPresent()) {
            return blocked.get().about(name);
        }
        if (!available.contains(controller)) {
            return new Problem(
                    name, directory + "/cgroup.controllers does not list it", Fixes.delegate(name));
        }
        String found =
                mayEnable
                        ? "writing +" + name + " to " + directory + "/cgroup.subtree_control failed"
                        : directory
                                + "/cgroup.subtree_control does not list it, and cannot while processes are in that group";
        return new Problem(
                name, found, mayEnable ? Fixes.delegate(name) : Fixes.moveToLeaf(directory, name));
    }
}
