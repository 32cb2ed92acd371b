package io.bailey.sandbox.linux.seccomp;

import static io.bailey.sandbox.linux.seccomp.Action.ALLOW;
import static io.bailey.sandbox.linux.seccomp.Action.NO_PERMISSION;
import static io.bailey.sandbox.linux.seccomp.Action.NO_SUCH_CALL;
import static io.bailey.sandbox.linux.seccomp.Comparison.isInt;
import static io.bailey.sandbox.linux.seccomp.Comparison.masked;

import java.util.ArrayList;
import java.util.List;

/**
 * For programs that compute: read files and standard input, write results. One process of any
 * number of threads.
 *
 * <ul>
 *   <li>The process may become another program (the sandbox's start is just that), but makes no
 *       children: fork, vfork and clone without CLONE_THREAD are EPERM. A shell can run its
 *       builtins and exec one program.
 *   <li>No sockets, no pairs of them, no System V IPC, no message queues; pipes and events remain.
 *   <li>Signals only by tgkill, which abort, raise and pthread_kill take.
 *   <li>Files can be made, written, renamed and removed. Owners, modes, times and attributes stay
 *       as they are; no links, no special files.
 *   <li>Terminals can be asked for their settings and size; anything else is ENOTTY, as of a file.
 *   <li>prctl names threads and memory and asks; anything else is EINVAL, as of an old kernel.
 *   <li>No change of identity; a capability unlocks nothing.
 * </ul>
 *
 * <p>Enough for a static C program, the applets of busybox that start no other program, python3,
 * and a JVM.
 */
public final class StrictProfile {
    private static final long CLONE_THREAD = 0x1_0000L;
    private static final Action ENOTTY = Action.errno(25);
    private static final Action EINVAL = Action.errno(22);

    private static final String FILES =
            "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat"
                    + " openat2 creat close close_range lseek _llseek dup dup2 dup3 fcntl fcntl64"
                    + " flock fsync fdatasync fallocate ftruncate ftruncate64 truncate truncate64"
                    + " fadvise64 fadvise64_64 readahead copy_file_range sendfile sendfile64 splice"
                    + " tee stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx"
                    + " statfs statfs64 fstatfs fstatfs64 access faccessat faccessat2 readlink"
                    + " readlinkat getcwd chdir fchdir getdents getdents64 getxattr lgetxattr"
                    + " fgetxattr getxattrat mkdir mkdirat rmdir unlink unlinkat rename renameat"
                    + " renameat2 umask";
    private static final String MEMORY =
            "brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 munlock mseal"
                    + " memfd_create pkey_alloc pkey_free pkey_mprotect map_shadow_stack membarrier";
    private static final String PROCESS =
            "execve execveat exit exit_group wait4 waitid waitpid getpid getppid gettid getpgid"
                    + " getpgrp getsid tgkill rt_sigaction rt_sigpending rt_sigprocmask"
                    + " rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64"
                    + " sigaltstack sigaction sigpending sigprocmask sigreturn sigsuspend pause"
                    + " restart_syscall arch_prctl set_tid_address set_thread_area get_thread_area"
                    + " set_robust_list get_robust_list rseq rseq_slice_yield uretprobe uprobe"
                    + " futex futex_time64 futex_wait futex_wake futex_requeue futex_waitv"
                    + " sched_yield sched_getaffinity sched_setaffinity sched_getattr"
                    + " sched_getparam sched_getscheduler sched_get_priority_max"
                    + " sched_get_priority_min getpriority getcpu getrlimit ugetrlimit setrlimit"
                    + " prlimit64 getrusage times sysinfo uname getrandom seccomp"
                    + " landlock_create_ruleset landlock_add_rule landlock_restrict_self getuid"
                    + " getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid"
                    + " getresuid32 getresgid getresgid32 getgroups getgroups32 capget";
    private static final String WAITING =
            "poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create"
                    + " epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd"
                    + " eventfd2 signalfd signalfd4 pipe pipe2 time gettimeofday clock_gettime"
                    + " clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep"
                    + " clock_nanosleep_time64 nanosleep alarm getitimer setitimer timer_create"
                    + " timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime"
                    + " timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64"
                    + " timerfd_settime timerfd_settime64";

    /** TCGETS, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. */
    private static final int[] REQUESTS = {0x5401, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451};

    /**
     * PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_NO_NEW_PRIVS,
     * PR_GET_NO_NEW_PRIVS, PR_SET_VMA.
     */
    private static final int[] OPTIONS = {3, 15, 16, 23, 38, 39, 0x5356_4D41};

    private static final Action ENOTSOCK = Action.errno(88);

    private StrictProfile() {}

    /** The profile. */
    public static Profile profile() {
        List<Rule> rules = new ArrayList<>();
        rules.add(StandardProfile.limitsOfOthers());
        for (String names : new String[] {FILES, MEMORY, PROCESS, WAITING}) {
            rules.add(Rule.of(ALLOW, names));
        }
        rules.add(
                Rule.of(
                        NO_SUCH_CALL,
                        "clone3 io_uring_setup io_uring_enter io_uring_register add_key request_key"
                                + " keyctl lsm_get_self_attr lsm_list_modules"));
        // A thread, and nothing new beside it: the kernel lets threads have namespaces of their
        // own.
        long judged = CLONE_THREAD | StandardProfile.CLONE_NEW;
        rules.add(Rule.of(ALLOW, "clone", masked(0, judged, CLONE_THREAD)));
        for (int request : REQUESTS) {
            rules.add(Rule.of(ALLOW, "ioctl", isInt(1, request)));
        }
        rules.add(Rule.of(ENOTTY, "ioctl"));
        // There are none. bash asks, and takes another answer for a connection from rshd.
        rules.add(Rule.of(ENOTSOCK, "getpeername getsockname"));
        for (int option : OPTIONS) {
            rules.add(Rule.of(ALLOW, "prctl", isInt(0, option)));
        }
        rules.add(Rule.of(EINVAL, "prctl"));
        return new Profile(NO_PERMISSION, rules);
    }
}
