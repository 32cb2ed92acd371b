package io.bailey.sandbox.linux.seccomp;

/** The calls of i386, from arch/x86/entry/syscalls/syscall_32.tbl of Linux 7.0. */
final class I386Calls {
    private I386Calls() {}

    /** A line for each run of numbers: the first of them, then names. */
    static String text() {
        return """
        0 restart_syscall exit fork read write open close waitpid creat link unlink execve
        12 chdir time mknod chmod lchown break oldstat lseek getpid mount umount setuid
        24 getuid stime ptrace alarm oldfstat pause utime stty gtty access nice ftime sync
        37 kill rename mkdir rmdir dup pipe times prof brk setgid getgid signal geteuid
        50 getegid acct umount2 lock ioctl fcntl mpx setpgid ulimit oldolduname umask chroot
        62 ustat dup2 getppid getpgrp setsid sigaction sgetmask ssetmask setreuid setregid
        72 sigsuspend sigpending sethostname setrlimit getrlimit getrusage gettimeofday
        79 settimeofday getgroups setgroups select symlink oldlstat readlink uselib swapon
        88 reboot readdir mmap munmap truncate ftruncate fchmod fchown getpriority
        97 setpriority profil statfs fstatfs ioperm socketcall syslog setitimer getitimer
        106 stat lstat fstat olduname iopl vhangup idle vm86old wait4 swapoff sysinfo ipc
        118 fsync sigreturn clone setdomainname uname modify_ldt adjtimex mprotect
        126 sigprocmask create_module init_module delete_module get_kernel_syms quotactl
        132 getpgid fchdir bdflush sysfs personality afs_syscall setfsuid setfsgid _llseek
        141 getdents _newselect flock msync readv writev getsid fdatasync _sysctl mlock
        151 munlock mlockall munlockall sched_setparam sched_getparam sched_setscheduler
        157 sched_getscheduler sched_yield sched_get_priority_max sched_get_priority_min
        161 sched_rr_get_interval nanosleep mremap setresuid getresuid vm86 query_module
        168 poll nfsservctl setresgid getresgid prctl rt_sigreturn rt_sigaction
        175 rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend
        180 pread64 pwrite64 chown getcwd capget capset sigaltstack sendfile getpmsg putpmsg
        190 vfork ugetrlimit mmap2 truncate64 ftruncate64 stat64 lstat64 fstat64 lchown32
        199 getuid32 getgid32 geteuid32 getegid32 setreuid32 setregid32 getgroups32
        206 setgroups32 fchown32 setresuid32 getresuid32 setresgid32 getresgid32 chown32
        213 setuid32 setgid32 setfsuid32 setfsgid32 pivot_root mincore madvise getdents64
        221 fcntl64
        224 gettid readahead setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr
        232 listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr tkill
        239 sendfile64 futex sched_setaffinity sched_getaffinity set_thread_area
        244 get_thread_area io_setup io_destroy io_getevents io_submit io_cancel fadvise64
        252 exit_group lookup_dcookie epoll_create epoll_ctl epoll_wait remap_file_pages
        258 set_tid_address timer_create timer_settime timer_gettime timer_getoverrun
        263 timer_delete clock_settime clock_gettime clock_getres clock_nanosleep statfs64
        269 fstatfs64 tgkill utimes fadvise64_64 vserver mbind get_mempolicy set_mempolicy
        277 mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
        283 kexec_load waitid
        286 add_key request_key keyctl ioprio_set ioprio_get inotify_init inotify_add_watch
        293 inotify_rm_watch migrate_pages openat mkdirat mknodat fchownat futimesat
        300 fstatat64 unlinkat renameat linkat symlinkat readlinkat fchmodat faccessat
        308 pselect6 ppoll unshare set_robust_list get_robust_list splice sync_file_range
        315 tee vmsplice move_pages getcpu epoll_pwait utimensat signalfd timerfd_create
        323 eventfd fallocate timerfd_settime timerfd_gettime signalfd4 eventfd2
        329 epoll_create1 dup3 pipe2 inotify_init1 preadv pwritev rt_tgsigqueueinfo
        336 perf_event_open recvmmsg fanotify_init fanotify_mark prlimit64 name_to_handle_at
        342 open_by_handle_at clock_adjtime syncfs sendmmsg setns process_vm_readv
        348 process_vm_writev kcmp finit_module sched_setattr sched_getattr renameat2
        354 seccomp getrandom memfd_create bpf execveat socket socketpair bind connect
        363 listen accept4 getsockopt setsockopt getsockname getpeername sendto sendmsg
        371 recvfrom recvmsg shutdown userfaultfd membarrier mlock2 copy_file_range preadv2
        379 pwritev2 pkey_mprotect pkey_alloc pkey_free statx arch_prctl io_pgetevents rseq
        393 semget semctl shmget shmctl shmat shmdt msgget msgsnd msgrcv msgctl
        403 clock_gettime64 clock_settime64 clock_adjtime64 clock_getres_time64
        407 clock_nanosleep_time64 timer_gettime64 timer_settime64 timerfd_gettime64
        411 timerfd_settime64 utimensat_time64 pselect6_time64 ppoll_time64
        416 io_pgetevents_time64 recvmmsg_time64 mq_timedsend_time64 mq_timedreceive_time64
        420 semtimedop_time64 rt_sigtimedwait_time64 futex_time64
        423 sched_rr_get_interval_time64 pidfd_send_signal io_uring_setup io_uring_enter
        427 io_uring_register open_tree move_mount fsopen fsconfig fsmount fspick pidfd_open
        435 clone3 close_range openat2 pidfd_getfd faccessat2 process_madvise epoll_pwait2
        442 mount_setattr quotactl_fd landlock_create_ruleset landlock_add_rule
        446 landlock_restrict_self memfd_secret process_mrelease futex_waitv
        450 set_mempolicy_home_node cachestat fchmodat2 map_shadow_stack futex_wake
        455 futex_wait futex_requeue statmount listmount lsm_get_self_attr lsm_set_self_attr
        461 lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat
        467 open_tree_attr file_getattr file_setattr listns rseq_slice_yield
        """;
    }
}
