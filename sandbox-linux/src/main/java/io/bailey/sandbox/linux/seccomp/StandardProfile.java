package io.bailey.sandbox.linux.seccomp;

import static io.bailey.sandbox.linux.seccomp.Action.ALLOW;
import static io.bailey.sandbox.linux.seccomp.Action.NO_PERMISSION;
import static io.bailey.sandbox.linux.seccomp.Action.NO_SUCH_CALL;
import static io.bailey.sandbox.linux.seccomp.Comparison.isInt;
import static io.bailey.sandbox.linux.seccomp.Comparison.masked;

import java.util.ArrayList;
import java.util.List;

/**
 * For ordinary programs that trust nobody and are trusted by nobody. The calls are those of
 * Docker's default profile (github.com/moby/profiles, seccomp/default.json, June 2026), less what
 * follows.
 *
 * <ul>
 *   <li>What the tables do not know is ENOSYS, what they know and the list does not is EPERM.
 *   <li>Calls that programs try first and have a second way for are ENOSYS too: that is what makes
 *       them take it. io_uring (libuv falls back to epoll), clone3 (its flags lie behind a pointer;
 *       glibc falls back to clone), keys (as of a kernel without CONFIG_KEYS), socketcall (its
 *       families lie behind a pointer; 32-bit musl falls back, programs of glibc may have no
 *       network).
 *   <li>Sockets are of AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK's NETLINK_ROUTE. Any other family
 *       is EAFNOSUPPORT, as of a kernel that was built without it: AF_ALG, AF_VSOCK, AF_PACKET, …
 *   <li>No namespace is made or entered and nothing mounted, not even with CAP_SYS_ADMIN: both are
 *       where the escapes of the last years began. Programs that nest sandboxes need another
 *       profile.
 *   <li>Nobody looks into another process: ptrace and its kin need CAP_SYS_PTRACE. Debuggers and
 *       strace therefore fail inside, also on their own children.
 *   <li>A capability that reaches beyond every namespace (modules, BPF, handles of files, raw
 *       ports, reboot) unlocks nothing here, whoever granted it.
 *   <li>No terminal is fed with keys (TIOCSTI, TIOCLINUX), made the console (TIOCCONS) or given
 *       another line discipline (TIOCSETD, which loads modules).
 * </ul>
 */
public final class StandardProfile {
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOCK_PACKET = 10;
    static final int SOCK_TYPE_MASK = 0xF; // include/linux/net.h
    static final Action EAFNOSUPPORT = Action.errno(97);
    private static final Action EPROTONOSUPPORT = Action.errno(93);

    private static final int TIOCSTI = 0x5412;
    private static final int TIOCLINUX = 0x541C;
    private static final int TIOCCONS = 0x541D;
    private static final int TIOCSETD = 0x5423;

    /**
     * CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID and NET. CLONE_NEWTIME (0x80) is none of clone's:
     * its bit is the exit signal's there (CSIGNAL).
     */
    static final long CLONE_NEW = 0x7E02_0000L;

    /** CLONE_FS | CLONE_FILES | CLONE_SYSVSEM: what a thread may have of its own. */
    private static final long UNSHARE_HARMLESS = 0x0004_0600L;

    private static final String MEMORY_POLICY =
            "get_mempolicy set_mempolicy set_mempolicy_home_node mbind migrate_pages move_pages";
    private static final String OTHER_PROCESSES =
            "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd";
    private static final String CLOCKS =
            "settimeofday stime clock_settime clock_settime64 clock_adjtime clock_adjtime64 adjtimex";

    private StandardProfile() {}

    /** The profile. */
    public static Profile profile() {
        List<Rule> rules = new ArrayList<>();
        rules.add(Rule.of(ALLOW, "prlimit64").with("CAP_SYS_RESOURCE"));
        rules.add(limitsOfOthers());
        for (String names : StandardCalls.ALLOWED) {
            rules.add(Rule.of(ALLOW, names));
        }
        rules.add(
                Rule.of(
                        NO_SUCH_CALL,
                        "clone3 io_uring_setup io_uring_enter io_uring_register add_key request_key"
                                + " keyctl socketcall lsm_get_self_attr lsm_set_self_attr"
                                + " lsm_list_modules listns"));
        sockets(rules);
        processes(rules);
        terminals(rules);
        capabilities(rules);
        return new Profile(NO_PERMISSION, rules);
    }

    /**
     * The init has the user of a command that is root, so the kernel would let that one set its
     * limits.
     */
    static Rule limitsOfOthers() {
        return Rule.of(
                NO_PERMISSION,
                "prlimit64",
                Comparison.of(0, Operator.NE, 0),
                Comparison.of(2, Operator.NE, 0));
    }

    private static void sockets(List<Rule> rules) {
        // The kernel makes an AF_PACKET socket of this (net/socket.c, "obsolete SOCK_PACKET").
        rules.add(
                Rule.of(
                        EAFNOSUPPORT,
                        "socket",
                        isInt(0, AF_INET),
                        masked(1, SOCK_TYPE_MASK, SOCK_PACKET)));
        for (int family : new int[] {AF_UNIX, AF_INET, AF_INET6}) {
            rules.add(Rule.of(ALLOW, "socket", isInt(0, family)));
        }
        rules.add(Rule.of(ALLOW, "socket", isInt(0, AF_NETLINK), isInt(2, NETLINK_ROUTE)));
        // What libaudit takes for a kernel without auditing.
        rules.add(Rule.of(EPROTONOSUPPORT, "socket", isInt(0, AF_NETLINK)));
        rules.add(Rule.of(EAFNOSUPPORT, "socket"));
        rules.add(Rule.of(ALLOW, "socketpair", isInt(0, AF_UNIX)));
        rules.add(Rule.of(EAFNOSUPPORT, "socketpair"));
    }

    private static void processes(List<Rule> rules) {
        rules.add(Rule.of(ALLOW, "clone", masked(0, CLONE_NEW, 0)));
        rules.add(Rule.of(ALLOW, "unshare", masked(0, ~UNSHARE_HARMLESS, 0)));
        // PER_LINUX, PER_LINUX32, each with UNAME26, and the question which one is set: others
        // switch protections off.
        for (int persona : new int[] {0, 8, 0x2_0000, 0x2_0008, 0xFFFF_FFFF}) {
            rules.add(Rule.of(ALLOW, "personality", isInt(0, persona)));
        }
    }

    private static void terminals(List<Rule> rules) {
        for (int request : new int[] {TIOCSTI, TIOCLINUX, TIOCCONS, TIOCSETD}) {
            rules.add(Rule.of(NO_PERMISSION, "ioctl", isInt(1, request)));
        }
        rules.add(Rule.of(ALLOW, "ioctl"));
    }

    /** What a capability unlocks: where the kernel asks for it within the sandbox's namespaces. */
    private static void capabilities(List<Rule> rules) {
        rules.add(Rule.of(ALLOW, "sethostname setdomainname").with("CAP_SYS_ADMIN"));
        rules.add(Rule.of(ALLOW, "chroot").with("CAP_SYS_CHROOT"));
        rules.add(Rule.of(ALLOW, "acct").with("CAP_SYS_PACCT"));
        rules.add(Rule.of(ALLOW, "syslog").with("CAP_SYSLOG"));
        rules.add(Rule.of(ALLOW, "vhangup").with("CAP_SYS_TTY_CONFIG"));
        rules.add(Rule.of(ALLOW, CLOCKS).with("CAP_SYS_TIME"));
        rules.add(Rule.of(ALLOW, MEMORY_POLICY).with("CAP_SYS_NICE"));
        rules.add(Rule.of(ALLOW, OTHER_PROCESSES).with("CAP_SYS_PTRACE"));
    }
}
