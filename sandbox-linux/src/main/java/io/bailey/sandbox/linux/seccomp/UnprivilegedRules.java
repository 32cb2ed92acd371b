package io.bailey.sandbox.linux.seccomp;

import static io.bailey.sandbox.linux.seccomp.Action.NO_PERMISSION;
import static io.bailey.sandbox.linux.seccomp.Action.NO_SUCH_CALL;
import static io.bailey.sandbox.linux.seccomp.Comparison.isInt;
import static io.bailey.sandbox.linux.seccomp.Comparison.masked;

import java.util.ArrayList;
import java.util.List;

/**
 * Rules for a sandbox without namespaces, to be tried before a profile's own: what it makes of the
 * host's processes and files is the user's, and Landlock does not hold all of it back.
 *
 * <ul>
 *   <li>The process group is the container: nobody leaves it.
 *   <li>Modes, owners, times and attributes are not Landlock's subject; System V IPC, message
 *       queues, scheduling and limits of other processes of the user are not either.
 *   <li>io_uring would do without these rules what they forbid, and is ENOSYS.
 * </ul>
 */
public final class UnprivilegedRules {
    private static final int PRIO_USER = 2;
    private static final int IOPRIO_WHO_USER = 3;
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;

    /** AF_UNIX takes it for SOCK_DGRAM (unix_create of net/unix/af_unix.c). */
    private static final int SOCK_RAW = 3;

    /**
     * The types (_IOC_TYPE) of file systems' requests: 'f' (attributes, encryption, verity), 'X'
     * (of XFS, now everybody's), 'r' (FAT) and that of btrfs. Many change a file or its directory
     * by a descriptor that can only read, which is all that Landlock looks at.
     */
    private static final int[] FILE_SYSTEMS = {0x6600, 0x5800, 0x7200, 0x9400};

    private static final long TYPE = 0xFF00;

    /**
     * What of them only asks, FS_IOC_GETFLAGS, FS_IOC32_GETFLAGS, FS_IOC_FIEMAP and
     * FS_IOC_FSGETXATTR, or wants a descriptor that may write, FICLONE, FICLONERANGE and
     * FIDEDUPERANGE.
     */
    private static final int[] HARMLESS = {
        0x8008_6601, 0x8004_6601, 0xC020_660B, 0x801C_581F, 0x4004_9409, 0x4020_940D, 0xC018_9436
    };

    /** FS_IOC_SETVERSION, FS_IOC32_SETVERSION: of a type that is mostly others'. */
    private static final int[] SET_VERSION = {0x4008_7602, 0x4004_7602};

    private static final String GROUPS = "setsid setpgid";
    private static final String OWNERS =
            "chmod fchmod fchmodat fchmodat2 chown chown32 lchown lchown32 fchown fchown32 fchownat"
                    + " file_setattr mknod mknodat";

    /** Whoever may write to a file may set these, its owner or not. */
    private static final String METADATA =
            "setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr"
                    + " removexattrat utime utimes futimesat utimensat utimensat_time64";

    /** Of any file that can be named, as of a file system that has none. */
    private static final String ATTRIBUTES =
            "getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr flistxattr listxattrat";

    private static final Action NOT_SUPPORTED = Action.errno(95);
    private static final Action ESOCKTNOSUPPORT = Action.errno(94);

    /** Landlock asks for no right to look on. */
    private static final String NOTIFICATIONS = "inotify_add_watch fanotify_init fanotify_mark";

    /** F_SETLEASE, which keeps whoever wants to write waiting, and F_NOTIFY. */
    private static final int[] WATCH_FILES = {1024, 1026};

    private static final String IPC =
            "ipc shmget shmat shmctl semget semop semtimedop semtimedop_time64 semctl msgget msgsnd"
                    + " msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedsend_time64"
                    + " mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr";
    private static final String OTHERS =
            "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd"
                    + " migrate_pages move_pages perf_event_open";
    private static final String IO_URING = "io_uring_setup io_uring_enter io_uring_register";

    private UnprivilegedRules() {}

    /**
     * The rules.
     *
     * @param network whether sockets other than AF_UNIX may be made; without, none of any family
     *     can, as there is no empty network to put the sandbox into. Pairs of AF_UNIX streams
     *     remain
     * @param ownsFiles whether the user has files of its own on the host, whose modes and owners
     *     are nobody's business here; not one who was picked for this sandbox
     */
    public static List<Rule> rules(boolean network, boolean ownsFiles) {
        List<Rule> rules = new ArrayList<>();
        for (String names : new String[] {GROUPS, METADATA, NOTIFICATIONS, IPC, OTHERS}) {
            rules.add(Rule.of(NO_PERMISSION, names));
        }
        if (ownsFiles) {
            rules.add(Rule.of(NO_PERMISSION, OWNERS));
        }
        for (int command : WATCH_FILES) {
            rules.add(Rule.of(NO_PERMISSION, "fcntl fcntl64", isInt(1, command)));
        }
        rules.add(Rule.of(NO_SUCH_CALL, IO_URING));
        rules.add(Rule.of(NOT_SUPPORTED, ATTRIBUTES));
        targets(rules);
        servicesOfTheHost(rules);
        if (!network) {
            noSockets(rules);
        }
        fileSystems(rules);
        return rules;
    }

    /** Of types, for each file system has requests of its own and gets new ones. */
    private static void fileSystems(List<Rule> rules) {
        for (int type : FILE_SYSTEMS) {
            List<Comparison> tests = new ArrayList<>(List.of(masked(1, TYPE, type)));
            for (int request : HARMLESS) {
                if ((request & TYPE) == type) {
                    tests.addAll(isNot(request));
                }
            }
            rules.add(Rule.of(NO_PERMISSION, "ioctl", tests.toArray(Comparison[]::new)));
        }
        for (int request : SET_VERSION) {
            rules.add(Rule.of(NO_PERMISSION, "ioctl", isInt(1, request)));
        }
    }

    /** As unsigned, and as musl makes a long of it. */
    private static List<Comparison> isNot(int request) {
        return List.of(
                Comparison.of(1, Operator.NE, Integer.toUnsignedLong(request)),
                Comparison.of(1, Operator.NE, request));
    }

    /** Only the caller itself, which is 0; its own number cannot be told from another's. */
    private static void targets(List<Rule> rules) {
        Comparison first = Comparison.of(0, Operator.NE, 0);
        Comparison second = Comparison.of(1, Operator.NE, 0);
        rules.add(
                Rule.of(
                        NO_PERMISSION,
                        "prlimit64 sched_setaffinity sched_setparam sched_setscheduler"
                                + " sched_setattr",
                        first));
        // For a user, 0 is everything that user has.
        rules.add(Rule.of(NO_PERMISSION, "setpriority", isInt(0, PRIO_USER)));
        rules.add(Rule.of(NO_PERMISSION, "ioprio_set", isInt(0, IOPRIO_WHO_USER)));
        rules.add(Rule.of(NO_PERMISSION, "setpriority ioprio_set", second));
    }

    /**
     * They trust who can reach their sockets, and Landlock knows those from Linux 7.1 on. Either
     * end of a pair of datagrams sends to any of them. What socketcall makes lies behind a pointer.
     */
    private static void servicesOfTheHost(List<Rule> rules) {
        rules.add(Rule.of(NO_SUCH_CALL, "socketcall"));
        rules.add(Rule.of(StandardProfile.EAFNOSUPPORT, "socket", isInt(0, AF_UNIX)));
        for (int type : new int[] {SOCK_DGRAM, SOCK_RAW}) {
            Comparison test = masked(1, StandardProfile.SOCK_TYPE_MASK, type);
            rules.add(Rule.of(ESOCKTNOSUPPORT, "socketpair", test));
        }
    }

    private static void noSockets(List<Rule> rules) {
        rules.add(Rule.of(StandardProfile.EAFNOSUPPORT, "socket"));
        rules.add(
                Rule.of(
                        StandardProfile.EAFNOSUPPORT,
                        "socketpair",
                        Comparison.of(0, Operator.NE, AF_UNIX)));
    }
}
