package io.bailey.sandbox.linux.seccomp;

import java.util.List;

/** The calls that {@link StandardProfile} allows whatever their arguments are, by subject. */
final class StandardCalls {
    private static final String FILES =
            "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat"
                    + " openat2 creat close close_range lseek _llseek dup dup2 dup3 fcntl fcntl64"
                    + " flock fsync fdatasync sync syncfs sync_file_range fallocate ftruncate"
                    + " ftruncate64 truncate truncate64 fadvise64 fadvise64_64 readahead"
                    + " copy_file_range sendfile sendfile64 splice tee vmsplice cachestat";
    private static final String NAMES =
            "stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx statfs statfs64"
                    + " fstatfs fstatfs64 access faccessat faccessat2 readlink readlinkat getcwd"
                    + " chdir fchdir getdents getdents64 mkdir mkdirat rmdir link linkat symlink"
                    + " symlinkat unlink unlinkat rename renameat renameat2 mknod mknodat umask"
                    + " name_to_handle_at statmount listmount file_getattr";
    private static final String METADATA =
            "chmod fchmod fchmodat fchmodat2 chown chown32 lchown lchown32 fchown fchown32 fchownat"
                    + " utime utimes futimesat utimensat utimensat_time64 file_setattr getxattr"
                    + " lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat"
                    + " listxattr llistxattr flistxattr listxattrat removexattr lremovexattr"
                    + " fremovexattr removexattrat";
    private static final String WAITING =
            "poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create"
                    + " epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait"
                    + " epoll_pwait2 eventfd eventfd2 signalfd signalfd4 pipe pipe2 inotify_init"
                    + " inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark io_setup"
                    + " io_destroy io_submit io_cancel io_getevents io_pgetevents"
                    + " io_pgetevents_time64";
    private static final String MEMORY =
            "brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall"
                    + " munlock munlockall mseal remap_file_pages memfd_create memfd_secret"
                    + " pkey_alloc pkey_free pkey_mprotect map_shadow_stack membarrier"
                    + " process_mrelease";
    private static final String SOCKETS =
            "bind connect listen accept accept4 getsockname getpeername getsockopt setsockopt"
                    + " shutdown sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg"
                    + " recvmmsg_time64";
    private static final String PROCESSES =
            "execve execveat exit exit_group fork vfork wait4 waitid waitpid getpid getppid gettid"
                    + " getpgid getpgrp setpgid getsid setsid pidfd_open pidfd_send_signal kill"
                    + " tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo rt_sigaction rt_sigpending"
                    + " rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait"
                    + " rt_sigtimedwait_time64 sigaltstack sigaction sigpending sigprocmask"
                    + " sigreturn sigsuspend signal pause restart_syscall prctl arch_prctl"
                    + " set_tid_address set_thread_area get_thread_area set_robust_list"
                    + " get_robust_list rseq rseq_slice_yield uretprobe uprobe seccomp"
                    + " landlock_create_ruleset landlock_add_rule landlock_restrict_self";
    private static final String SCHEDULING =
            "futex futex_time64 futex_wait futex_wake futex_requeue futex_waitv sched_yield"
                    + " sched_getaffinity sched_setaffinity sched_getattr sched_setattr"
                    + " sched_getparam sched_setparam sched_getscheduler sched_setscheduler"
                    + " sched_get_priority_max sched_get_priority_min sched_rr_get_interval"
                    + " sched_rr_get_interval_time64 getpriority setpriority nice ioprio_get"
                    + " ioprio_set getcpu getrlimit ugetrlimit setrlimit prlimit64 getrusage times"
                    + " sysinfo uname getrandom";
    private static final String TIME =
            "time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64"
                    + " clock_nanosleep clock_nanosleep_time64 nanosleep alarm getitimer setitimer"
                    + " timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64"
                    + " timer_settime timer_settime64 timerfd_create timerfd_gettime"
                    + " timerfd_gettime64 timerfd_settime timerfd_settime64";
    private static final String IDENTITIES =
            "getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid"
                    + " getresuid32 getresgid getresgid32 getgroups getgroups32 setuid setuid32"
                    + " setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid"
                    + " setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid setfsgid32"
                    + " setgroups setgroups32 capget capset";
    private static final String IPC =
            "ipc shmget shmat shmdt shmctl semget semop semtimedop semtimedop_time64 semctl msgget"
                    + " msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedsend_time64"
                    + " mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr";

    static final List<String> ALLOWED =
            List.of(
                    FILES,
                    NAMES,
                    METADATA,
                    WAITING,
                    MEMORY,
                    SOCKETS,
                    PROCESSES,
                    SCHEDULING,
                    TIME,
                    IDENTITIES,
                    IPC);

    private StandardCalls() {}
}
