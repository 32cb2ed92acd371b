package io.bailey.sandbox;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * The kinds of namespaces of Linux, see {@code namespaces(7)}. A sandbox has one of each unless
 * told otherwise.
 *
 * @since 0.1
 */
public enum Namespace {

    /**
     * Ids and capabilities of its own, {@code user_namespaces(7)}. Together with {@link #MOUNT} it
     * lets the sandbox make no further user namespace ({@code user.max_user_namespaces} is 0).
     */
    USER,

    /**
     * Process numbers of its own, {@code pid_namespaces(7)}; the kernel kills all of it with its
     * first process. Without it the end of a sandbox is a kill of its cgroup by this JVM, so a JVM
     * that is killed leaves alive what the command had started.
     */
    PID,

    /**
     * Mounts of its own, {@code mount_namespaces(7)}; without it a sandbox has the root file system
     * of the host.
     */
    MOUNT,

    /** Network devices, addresses and ports of its own, {@code network_namespaces(7)}. */
    NETWORK,

    /** Host name of its own, {@code uts_namespaces(7)}. */
    UTS,

    /** System V objects and POSIX message queues of its own, {@code ipc_namespaces(7)}. */
    IPC,

    /**
     * A view of the cgroup tree that begins at the sandbox's own cgroup, {@code
     * cgroup_namespaces(7)}.
     */
    CGROUP,

    /**
     * Offsets of the monotonic and the boot-time clock, {@code time_namespaces(7)}; Linux 5.6 and
     * later.
     */
    TIME;

    /**
     * Returns every namespace: the default.
     *
     * @return an immutable set in the order of this enum
     */
    public static Set<Namespace> all() {
        return immutable(EnumSet.allOf(Namespace.class));
    }

    /**
     * Returns every namespace but those named. Each one left out is something that the sandbox
     * shares with the host.
     *
     * @param shared the namespaces to leave out; none is {@link #all()}
     * @return an immutable set in the order of this enum
     */
    public static Set<Namespace> allBut(Namespace... shared) {
        EnumSet<Namespace> rest = EnumSet.allOf(Namespace.class);
        for (Namespace namespace : shared) {
            rest.remove(Objects.requireNonNull(namespace, "namespace"));
        }
        return immutable(rest);
    }

    /**
     * Copies to an immutable set that keeps the order of this enum, so that messages and plans are
     * stable.
     */
    static Set<Namespace> immutable(Set<Namespace> namespaces) {
        EnumSet<Namespace> copy = EnumSet.noneOf(Namespace.class);
        copy.addAll(namespaces);
        return Collections.unmodifiableSet(copy);
    }
}
