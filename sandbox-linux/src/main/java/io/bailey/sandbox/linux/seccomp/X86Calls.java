package io.bailey.sandbox.linux.seccomp;

/** The calls of x86-64, from arch/x86/entry/syscalls/syscall_64.tbl of Linux 7.0. */
final class X86Calls {
    private X86Calls() {}

    /** A line for each run of numbers: the first of them, then names. */
    static String text() {
        return """
        0 read write open close stat fstat lstat poll lseek mmap mprotect munmap brk
        13 rt_sigaction rt_sigprocmask rt_sigreturn ioctl pread64 pwrite64 readv writev
        21 access pipe select sched_yield mremap msync mincore madvise shmget shmat shmctl
        32 dup dup2 pause nanosleep getitimer alarm setitimer getpid sendfile socket connect
        43 accept sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname
        52 getpeername socketpair setsockopt getsockopt clone fork vfork execve exit wait4
        62 kill uname semget semop semctl shmdt msgget msgsnd msgrcv msgctl fcntl flock
        74 fsync fdatasync truncate ftruncate getdents getcwd chdir fchdir rename mkdir
        84 rmdir creat link unlink symlink readlink chmod fchmod chown fchown lchown umask
        96 gettimeofday getrlimit getrusage sysinfo times ptrace getuid syslog getgid setuid
        106 setgid geteuid getegid setpgid getppid getpgrp setsid setreuid setregid
        115 getgroups setgroups setresuid getresuid setresgid getresgid getpgid setfsuid
        123 setfsgid getsid capget capset rt_sigpending rt_sigtimedwait rt_sigqueueinfo
        130 rt_sigsuspend sigaltstack utime mknod uselib personality ustat statfs fstatfs
        139 sysfs getpriority setpriority sched_setparam sched_getparam sched_setscheduler
        145 sched_getscheduler sched_get_priority_max sched_get_priority_min
        148 sched_rr_get_interval mlock munlock mlockall munlockall vhangup modify_ldt
        155 pivot_root _sysctl prctl arch_prctl adjtimex setrlimit chroot sync acct
        164 settimeofday mount umount2 swapon swapoff reboot sethostname setdomainname iopl
        173 ioperm create_module init_module delete_module get_kernel_syms query_module
        179 quotactl nfsservctl getpmsg putpmsg afs_syscall tuxcall security gettid
        187 readahead setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr
        195 llistxattr flistxattr removexattr lremovexattr fremovexattr tkill time futex
        203 sched_setaffinity sched_getaffinity set_thread_area io_setup io_destroy
        208 io_getevents io_submit io_cancel get_thread_area lookup_dcookie epoll_create
        214 epoll_ctl_old epoll_wait_old remap_file_pages getdents64 set_tid_address
        219 restart_syscall semtimedop fadvise64 timer_create timer_settime timer_gettime
        225 timer_getoverrun timer_delete clock_settime clock_gettime clock_getres
        230 clock_nanosleep exit_group epoll_wait epoll_ctl tgkill utimes vserver mbind
        238 set_mempolicy get_mempolicy mq_open mq_unlink mq_timedsend mq_timedreceive
        244 mq_notify mq_getsetattr kexec_load waitid add_key request_key keyctl ioprio_set
        252 ioprio_get inotify_init inotify_add_watch inotify_rm_watch migrate_pages openat
        258 mkdirat mknodat fchownat futimesat newfstatat unlinkat renameat linkat symlinkat
        267 readlinkat fchmodat faccessat pselect6 ppoll unshare set_robust_list
        274 get_robust_list splice tee sync_file_range vmsplice move_pages utimensat
        281 epoll_pwait signalfd timerfd_create eventfd fallocate timerfd_settime
        287 timerfd_gettime accept4 signalfd4 eventfd2 epoll_create1 dup3 pipe2
        294 inotify_init1 preadv pwritev rt_tgsigqueueinfo perf_event_open recvmmsg
        300 fanotify_init fanotify_mark prlimit64 name_to_handle_at open_by_handle_at
        305 clock_adjtime syncfs sendmmsg setns getcpu process_vm_readv process_vm_writev
        312 kcmp finit_module sched_setattr sched_getattr renameat2 seccomp getrandom
        319 memfd_create kexec_file_load bpf execveat userfaultfd membarrier mlock2
        326 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free statx
        333 io_pgetevents rseq uretprobe uprobe
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
