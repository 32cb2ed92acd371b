package io.bailey.sandbox;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The capabilities of {@code capabilities(7)}, without the prefix {@code CAP_}. In a sandbox with a
 * user namespace of its own they hold over what belongs to that namespace only; with {@link
 * IdMap#HOST} they are those of the host.
 *
 * @since 0.1
 */
public enum Capability {
    /** Change the owner of files. */
    CHOWN(0),
    /** Pass over the permissions of files. */
    DAC_OVERRIDE(1),
    /** Pass over the read permissions of files and open them by handle. */
    DAC_READ_SEARCH(2),
    /** Do to files what takes their owner. */
    FOWNER(3),
    /** Keep the set-user-id and set-group-id bits of a file that is changed. */
    FSETID(4),
    /** Signal the processes of other users. */
    KILL(5),
    /** Change group ids. */
    SETGID(6),
    /** Change user ids. */
    SETUID(7),
    /** Change capability sets. */
    SETPCAP(8),
    /** Set the append-only and immutable flags of files. */
    LINUX_IMMUTABLE(9),
    /** Bind to ports below 1024. */
    NET_BIND_SERVICE(10),
    /** Unused by the kernel. */
    NET_BROADCAST(11),
    /** Configure networks. */
    NET_ADMIN(12),
    /** Use raw and packet sockets. */
    NET_RAW(13),
    /** Lock memory beyond the limit. */
    IPC_LOCK(14),
    /** Pass over the permissions of System V objects. */
    IPC_OWNER(15),
    /** Load kernel modules. */
    SYS_MODULE(16),
    /** Access I/O ports and memory. */
    SYS_RAWIO(17),
    /** Call {@code chroot(2)}. */
    SYS_CHROOT(18),
    /** Trace any process. */
    SYS_PTRACE(19),
    /** Switch process accounting. */
    SYS_PACCT(20),
    /** Administer the system: mounts, namespaces and much else. */
    SYS_ADMIN(21),
    /** Reboot. */
    SYS_BOOT(22),
    /** Raise priorities. */
    SYS_NICE(23),
    /** Pass over resource limits. */
    SYS_RESOURCE(24),
    /** Set the clock. */
    SYS_TIME(25),
    /** Configure terminals. */
    SYS_TTY_CONFIG(26),
    /**
     * Make device nodes: with {@link IdMap#HOST}, for in a user namespace it makes none. The
     * sandbox may then make a node of any device and, kept by the kernel's device controller, open
     * those that it has anyway. Where that controller is not to be had, it does not start, unless
     * {@link Enforcement#BEST_EFFORT} says so: then only that all its mounts are {@code nodev}
     * stands in the way.
     */
    MKNOD(27),
    /** Take leases on any file. */
    LEASE(28),
    /** Write to the audit log. */
    AUDIT_WRITE(29),
    /** Configure auditing. */
    AUDIT_CONTROL(30),
    /** Give capabilities to files. */
    SETFCAP(31),
    /** Pass over mandatory access control. */
    MAC_OVERRIDE(32),
    /** Configure mandatory access control. */
    MAC_ADMIN(33),
    /** Read the kernel's log and addresses. */
    SYSLOG(34),
    /** Wake the system up. */
    WAKE_ALARM(35),
    /** Keep the system awake. */
    BLOCK_SUSPEND(36),
    /** Read the audit log. */
    AUDIT_READ(37),
    /** Monitor performance. */
    PERFMON(38),
    /** Load BPF programs. */
    BPF(39),
    /** Checkpoint and restore processes. */
    CHECKPOINT_RESTORE(40);

    /** No capability: the default. */
    public static final Set<Capability> NONE = Set.of();

    /**
     * What Docker gives to a container by default (moby, {@code daemon/pkg/oci/caps/defaults.go}):
     * enough for package managers and for services that begin as root.
     */
    public static final Set<Capability> DOCKER =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            CHOWN,
                            DAC_OVERRIDE,
                            FSETID,
                            FOWNER,
                            MKNOD,
                            NET_RAW,
                            SETGID,
                            SETUID,
                            SETFCAP,
                            SETPCAP,
                            NET_BIND_SERVICE,
                            SYS_CHROOT,
                            KILL,
                            AUDIT_WRITE));

    private final int number;

    Capability(int number) {
        this.number = number;
    }

    /**
     * Returns the number of this capability ({@code linux/capability.h}).
     *
     * @return 0 to 40
     */
    public int number() {
        return number;
    }

    /** Copies to an immutable set that keeps the order of this enum. */
    static Set<Capability> immutable(Set<Capability> capabilities) {
        EnumSet<Capability> copy = EnumSet.noneOf(Capability.class);
        copy.addAll(capabilities);
        return Collections.unmodifiableSet(copy);
    }
}
