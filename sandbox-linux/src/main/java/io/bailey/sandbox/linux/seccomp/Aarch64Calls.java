package io.bailey.sandbox.linux.seccomp;

/** The calls of aarch64, from scripts/syscall.tbl of Linux 7.0. */
final class Aarch64Calls {
    private Aarch64Calls() {}

    /** A line for each run of numbers: the first of them, then names. */
    static String text() {
        return """
        0 io_setup io_destroy io_submit io_cancel io_getevents setxattr lsetxattr fsetxattr
        8 getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr
        15 lremovexattr fremovexattr getcwd lookup_dcookie eventfd2 epoll_create1 epoll_ctl
        22 epoll_pwait dup dup3 fcntl inotify_init1 inotify_add_watch inotify_rm_watch ioctl
        30 ioprio_set ioprio_get flock mknodat mkdirat unlinkat symlinkat linkat renameat
        39 umount2 mount pivot_root nfsservctl statfs fstatfs truncate ftruncate fallocate
        48 faccessat chdir fchdir chroot fchmod fchmodat fchownat fchown openat close
        58 vhangup pipe2 quotactl getdents64 lseek read write readv writev pread64 pwrite64
        69 preadv pwritev sendfile pselect6 ppoll signalfd4 vmsplice splice tee readlinkat
        79 newfstatat fstat sync fsync fdatasync sync_file_range timerfd_create
        86 timerfd_settime timerfd_gettime utimensat acct capget capset personality exit
        94 exit_group waitid set_tid_address unshare futex set_robust_list get_robust_list
        101 nanosleep getitimer setitimer kexec_load init_module delete_module timer_create
        108 timer_gettime timer_getoverrun timer_settime timer_delete clock_settime
        113 clock_gettime clock_getres clock_nanosleep syslog ptrace sched_setparam
        119 sched_setscheduler sched_getscheduler sched_getparam sched_setaffinity
        123 sched_getaffinity sched_yield sched_get_priority_max sched_get_priority_min
        127 sched_rr_get_interval restart_syscall kill tkill tgkill sigaltstack
        133 rt_sigsuspend rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait
        138 rt_sigqueueinfo rt_sigreturn setpriority getpriority reboot setregid setgid
        145 setreuid setuid setresuid getresuid setresgid getresgid setfsuid setfsgid times
        154 setpgid getpgid getsid setsid getgroups setgroups uname sethostname
        162 setdomainname getrlimit setrlimit getrusage umask prctl getcpu gettimeofday
        170 settimeofday adjtimex getpid getppid getuid geteuid getgid getegid gettid
        179 sysinfo mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
        186 msgget msgctl msgrcv msgsnd semget semctl semtimedop semop shmget shmctl shmat
        197 shmdt socket socketpair bind listen accept connect getsockname getpeername
        206 sendto recvfrom setsockopt getsockopt shutdown sendmsg recvmsg readahead brk
        215 munmap mremap add_key request_key keyctl clone execve mmap fadvise64 swapon
        225 swapoff mprotect msync mlock munlock mlockall munlockall mincore madvise
        234 remap_file_pages mbind get_mempolicy set_mempolicy migrate_pages move_pages
        240 rt_tgsigqueueinfo perf_event_open accept4 recvmmsg
        260 wait4 prlimit64 fanotify_init fanotify_mark name_to_handle_at open_by_handle_at
        266 clock_adjtime syncfs setns sendmmsg process_vm_readv process_vm_writev kcmp
        273 finit_module sched_setattr sched_getattr renameat2 seccomp getrandom
        279 memfd_create bpf execveat userfaultfd membarrier mlock2 copy_file_range preadv2
        287 pwritev2 pkey_mprotect pkey_alloc pkey_free statx io_pgetevents rseq
        294 kexec_file_load
        424 pidfd_send_signal io_uring_setup io_uring_enter io_uring_register open_tree
        429 move_mount fsopen fsconfig fsmount fspick pidfd_open clone3 close_range openat2
        438 pidfd_getfd faccessat2 process_madvise epoll_pwait2 mount_setattr quotactl_fd
        444 landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret
        448 process_mrelease futex_waitv set_mempolicy_home_node cachestat fchmodat2
        453 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount
        459 lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat
        465 listxattrat removexattrat open_tree_attr file_getattr file_setattr listns
        471 rseq_slice_yield
        """;
    }
}
