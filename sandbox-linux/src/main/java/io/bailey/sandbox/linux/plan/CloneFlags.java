package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Namespace;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The flags of clone3(2) and their names.
 *
 * <p>CLONE_VFORK is not there for its wait. In the sandbox's cgroup and still in the JVM's memory,
 * the child would be the OOM killer's first choice there, and with it go all who share that memory:
 * the JVM. A task in vfork is left out (in_vfork, mm/oom_kill.c).
 *
 * <p>Cgroup and time namespaces are not among them: a cgroup namespace is rooted where its maker
 * stands, so the child must be in its cgroup first; and a time namespace's offsets are set before
 * anyone is in it. Both are unshared by the init.
 */
public record CloneFlags(long bits, String text) {
    static final long CLONE_VM = 0x100;
    static final long CLONE_FS = 0x200;
    static final long CLONE_FILES = 0x400;
    static final long CLONE_SIGHAND = 0x800;
    static final long CLONE_THREAD = 0x10000;
    static final long CLONE_PIDFD = 0x1000;
    static final long CLONE_VFORK = 0x4000;
    static final long CLONE_PARENT_SETTID = 0x100000;
    static final long CLONE_NEWPID = 0x20000000;
    static final long CLONE_NEWCGROUP = 0x02000000;
    static final long CLONE_NEWTIME = 0x80;
    static final long CLONE_CLEAR_SIGHAND = 0x100000000L;
    static final long CLONE_INTO_CGROUP = 0x200000000L;

    static CloneFlags of(Set<Namespace> namespaces, boolean intoCgroup) {
        List<String> names =
                new ArrayList<>(
                        List.of("CLONE_VM", "CLONE_VFORK", "CLONE_PIDFD", "CLONE_CLEAR_SIGHAND"));
        long bits = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
        if (intoCgroup) {
            names.add("CLONE_INTO_CGROUP");
            bits |= CLONE_INTO_CGROUP;
        }
        for (Namespace namespace : Namespace.values()) {
            long flag = flag(namespace);
            if (flag != 0 && namespaces.contains(namespace)) {
                names.add(name(namespace));
                bits |= flag;
            }
        }
        return new CloneFlags(bits, String.join("|", names));
    }

    /**
     * What setns(2) joins by the first process's pidfd: all but the time namespace, which an init
     * makes for its children and is not in itself.
     */
    static CloneFlags joined(Set<Namespace> namespaces) {
        List<String> names = new ArrayList<>();
        long bits = 0;
        for (Namespace namespace : Namespace.values()) {
            if (namespaces.contains(namespace) && namespace != Namespace.TIME) {
                names.add(name(namespace));
                bits |= namespace == Namespace.CGROUP ? CLONE_NEWCGROUP : flag(namespace);
            }
        }
        return new CloneFlags(bits, String.join("|", names));
    }

    /** The clone3 flag of a namespace, 0 for one that the init makes later; sched.h. */
    private static long flag(Namespace namespace) {
        return switch (namespace) {
            case USER -> 0x10000000;
            case PID -> CLONE_NEWPID;
            case MOUNT -> 0x00020000;
            case NETWORK -> 0x40000000;
            case UTS -> 0x04000000;
            case IPC -> 0x08000000;
            case CGROUP, TIME -> 0;
        };
    }

    private static String name(Namespace namespace) {
        return switch (namespace) {
            case USER -> "CLONE_NEWUSER";
            case PID -> "CLONE_NEWPID";
            case MOUNT -> "CLONE_NEWNS";
            case NETWORK -> "CLONE_NEWNET";
            case UTS -> "CLONE_NEWUTS";
            case IPC -> "CLONE_NEWIPC";
            case CGROUP -> "CLONE_NEWCGROUP";
            case TIME -> "CLONE_NEWTIME";
        };
    }
}
