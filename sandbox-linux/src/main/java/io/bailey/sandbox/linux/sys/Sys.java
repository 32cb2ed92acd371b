package io.bailey.sandbox.linux.sys;

import java.util.Locale;

/**
 * The system calls Bailey makes, with their number on each architecture.
 *
 * <p>Sources: {@code arch/x86/entry/syscalls/syscall_64.tbl} and {@code
 * include/uapi/asm-generic/unistd.h}. Numbers from 424 on are the same everywhere. {@code -1} marks
 * a call an architecture does not have.
 */
public enum Sys {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    LSEEK(8, 62),
    MMAP(9, 222),
    MPROTECT(10, 226),
    MUNMAP(11, 215),
    RT_SIGACTION(13, 134),
    RT_SIGPROCMASK(14, 135),
    IOCTL(16, 29),
    PREAD64(17, 67),
    PWRITE64(18, 68),
    WRITEV(20, 66),
    DUP(32, 23),
    SENDFILE(40, 71),
    SOCKET(41, 198),
    SENDMSG(46, 211),
    RECVMSG(47, 212),
    SOCKETPAIR(53, 199),
    EXECVE(59, 221),
    EXIT(60, 93),
    WAIT4(61, 260),
    KILL(62, 129),
    FCNTL(72, 25),
    FLOCK(73, 32),
    FSYNC(74, 82),
    FTRUNCATE(77, 46),
    CHDIR(80, 49),
    FCHDIR(81, 50),
    FCHMOD(91, 52),
    UMASK(95, 166),
    GETUID(102, 174),
    SETGROUPS(116, 159),
    SETRESUID(117, 147),
    SETRESGID(119, 149),
    GETEUID(107, 175),
    GETEGID(108, 177),
    GETPPID(110, 173),
    SETSID(112, 157),
    CAPGET(125, 90),
    CAPSET(126, 91),
    FSTATFS(138, 44),
    PIVOT_ROOT(155, 41),
    PRCTL(157, 167),
    CHROOT(161, 51),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    SETHOSTNAME(170, 161),
    GETDENTS64(217, 61),
    CLOCK_GETTIME(228, 113),
    EXIT_GROUP(231, 94),
    WAITID(247, 95),
    KEYCTL(250, 219),
    // Files of layers: FileCalls.
    LSETXATTR(189, 6),
    FSETXATTR(190, 7),
    LGETXATTR(192, 9),
    FGETXATTR(193, 10),
    LLISTXATTR(195, 12),
    FLISTXATTR(196, 13),
    FREMOVEXATTR(199, 16),
    LINKAT(265, 37),
    READLINKAT(267, 78),
    UTIMENSAT(280, 88),
    FALLOCATE(285, 47),
    SYNCFS(306, 267),
    RENAMEAT2(316, 276),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    FCHOWNAT(260, 54),
    UNLINKAT(263, 35),
    SYMLINKAT(266, 36),
    FCHMODAT(268, 53),
    PPOLL(271, 73),
    UNSHARE(272, 97),
    SIGNALFD4(289, 74),
    EVENTFD2(290, 19),
    EPOLL_CREATE1(291, 20),
    EPOLL_CTL(233, 21),
    EPOLL_PWAIT(281, 22),
    DUP3(292, 24),
    PIPE2(293, 59),
    OPENAT(257, 56),
    PRLIMIT64(302, 261),
    SETNS(308, 268),
    SECCOMP(317, 277),
    MEMFD_CREATE(319, 279),
    BPF(321, 280),
    EXECVEAT(322, 281),
    STATX(332, 291),
    PIDFD_SEND_SIGNAL(424),
    OPEN_TREE(428),
    MOVE_MOUNT(429),
    FSOPEN(430),
    FSCONFIG(431),
    FSMOUNT(432),
    PIDFD_OPEN(434),
    CLONE3(435),
    CLOSE_RANGE(436),
    OPENAT2(437),
    MOUNT_SETATTR(442),
    LANDLOCK_CREATE_RULESET(444),
    LANDLOCK_ADD_RULE(445),
    LANDLOCK_RESTRICT_SELF(446);

    private final int x86;
    private final int aarch64;

    Sys(int x86, int aarch64) {
        this.x86 = x86;
        this.aarch64 = aarch64;
    }

    Sys(int everywhere) {
        this(everywhere, everywhere);
    }

    /** The number on the architecture this JVM runs on. */
    public int number() {
        return number(Arch.current());
    }

    /** The number on {@code arch}. */
    public int number(Arch arch) {
        return switch (arch) {
            case X86_64 -> x86;
            case AARCH64 -> aarch64;
        };
    }

    /** The kernel's own name, as strace prints it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
