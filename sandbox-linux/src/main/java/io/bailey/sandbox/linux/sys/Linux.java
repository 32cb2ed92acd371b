package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The kernel as C sees it: one method a system call, each returning its value or −errno. Stateless;
 * the only state is the {@link SystemCall} beneath, which tests replace. Every descriptor it makes
 * is close-on-exec from birth, because another thread of the application may exec at any moment.
 */
public final class Linux {
    public static final int AT_FDCWD = -100;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int AT_RECURSIVE = 0x8000;
    public static final int AT_REMOVEDIR = 0x200;

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_TRUNC = 0x200;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_DIRECTORY = Arch.current() == Arch.AARCH64 ? 0x4000 : 0x10000;
    public static final int O_NOFOLLOW = Arch.current() == Arch.AARCH64 ? 0x8000 : 0x20000;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_PATH = 0x200000;

    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int F_SETFD = 2;
    private static final int F_OFD_SETLK = 37;
    private static final int F_OFD_GETLK = 36;
    private static final short F_RDLCK = 0;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;
    public static final int F_ADD_SEALS = 1033;
    public static final int F_SEAL_ALL = 0x1 | 0x2 | 0x4 | 0x8;
    public static final int MFD_CLOEXEC = 1;
    public static final int MFD_ALLOW_SEALING = 2;
    public static final int MFD_EXEC = 0x10;

    public static final int P_PIDFD = 3;
    private static final int P_PID = 1;
    private static final int WNOWAIT = 0x01000000;
    private static final int SIGKILL = 9;
    public static final int WNOHANG = 1;
    public static final int WEXITED = 4;
    public static final int WALL = 0x40000000;

    private static final int BPF_PROG_LOAD = 5;
    private static final int BPF_PROG_ATTACH = 8;
    private static final int BPF_INSN_BYTES = 8;

    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLL_CTL_DEL = 2;
    public static final int EPOLL_CTL_MOD = 3;
    public static final int EPOLLIN = 1;
    public static final int EPOLLOUT = 4;
    public static final int EPOLLERR = 8;
    public static final int EPOLLHUP = 16;

    private final SystemCall kernel;

    private Linux(SystemCall kernel) {
        this.kernel = kernel;
    }

    /**
     * The real kernel. Throws {@link NativeAccessException} where the JVM refuses native access.
     */
    public static Linux host() {
        return Host.LINUX;
    }

    /** A kernel behind {@code calls}: a fake, or the real one with faults injected. */
    public static Linux over(SystemCall calls) {
        return new Linux(calls);
    }

    /** The raw adapter of the real kernel, for fakes that pass most calls through. */
    public static SystemCall realCalls() {
        return FfmSystemCall.INSTANCE;
    }

    private static final class Host {
        static final Linux LINUX = new Linux(FfmSystemCall.INSTANCE);
    }

    /** Any call by register values, for probes with bogus arguments. */
    public long call(Sys sys, long... args) {
        long[] r = java.util.Arrays.copyOf(args, 6);
        return kernel.invoke(sys, r[0], r[1], r[2], r[3], r[4], r[5]);
    }

    private int invoke(Sys sys, long a, long b, long c, long d, long e, long f) {
        return (int) kernel.invoke(sys, a, b, c, d, e, f);
    }

    private int invoke(Sys sys, long a, long b, long c, long d) {
        return invoke(sys, a, b, c, d, 0, 0);
    }

    private int invoke(Sys sys, long a) {
        return invoke(sys, a, 0, 0, 0, 0, 0);
    }

    /** An owner for the descriptor {@code number}. */
    public Fd own(int number) {
        return new Fd(this, number);
    }

    /** close(2). */
    public int close(int fd) {
        return invoke(Sys.CLOSE, fd);
    }

    /** geteuid(2). */
    public int geteuid() {
        return invoke(Sys.GETEUID, 0);
    }

    /** getegid(2). */
    public int getegid() {
        return invoke(Sys.GETEGID, 0);
    }

    /** openat(2). */
    public int openat(int dir, String path, int flags, int mode) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.OPENAT, dir, memory.text(path), flags | O_CLOEXEC, mode);
        }
    }

    /** openat2(2) with {@code resolve}. */
    public int openat2(int dir, String path, int flags, int mode, int resolve) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment how = memory.allocate(Layouts.OPEN_HOW);
            how.set(JAVA_LONG, 0, flags | O_CLOEXEC);
            how.set(JAVA_LONG, 8, mode);
            how.set(JAVA_LONG, 16, resolve);
            return invoke(Sys.OPENAT2, dir, memory.text(path), how.address(), how.byteSize());
        }
    }

    /**
     * read(2) into {@code into}, from its position to its limit; advances the position by what was
     * read.
     */
    public int read(int fd, ByteBuffer into) {
        MemorySegment segment = MemorySegment.ofBuffer(into);
        int n = invoke(Sys.READ, fd, segment.address(), segment.byteSize(), 0);
        if (n > 0) {
            into.position(into.position() + n);
        }
        return n;
    }

    /** pread64(2) into memory at an address. */
    int pread(int fd, long address, int bytes, long offset) {
        return invoke(Sys.PREAD64, fd, address, bytes, offset);
    }

    /** write(2) of {@code bytes}; may be partial. */
    public int write(int fd, byte[] bytes, int offset, int length) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment copy = memory.allocate(Math.max(1, length));
            MemorySegment.copy(bytes, offset, copy, JAVA_BYTE, 0, length);
            return invoke(Sys.WRITE, fd, copy.address(), length, 0);
        }
    }

    /** write(2) until all is written or a call fails. Returns 0 or −errno. */
    public int writeAll(int fd, byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            int n = write(fd, bytes, at, bytes.length - at);
            if (n < 0 && n != -Errno.EINTR) {
                return n;
            }
            at += Math.max(0, n);
        }
        return 0;
    }

    /** The same of the first {@code length} bytes of {@code memory}. */
    public int writeAll(int fd, NativeMemory memory, int length) {
        int at = 0;
        while (at < length) {
            int n = invoke(Sys.WRITE, fd, memory.address() + at, length - at, 0);
            if (n < 0 && n != -Errno.EINTR) {
                return n;
            }
            at += Math.max(0, n);
        }
        return 0;
    }

    /**
     * pipe2(2), close-on-exec: {read end, write end}, or {−errno, −1}. {@code flags}: O_NONBLOCK or
     * 0.
     */
    public int[] pipe2(int flags) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment pair = memory.allocate(8, 4);
            int r = invoke(Sys.PIPE2, pair.address(), flags | O_CLOEXEC, 0, 0);
            return r < 0
                    ? new int[] {r, -1}
                    : new int[] {pair.get(JAVA_INT, 0), pair.get(JAVA_INT, 4)};
        }
    }

    /** fcntl(2). */
    public int fcntl(int fd, int command, long argument) {
        return invoke(Sys.FCNTL, fd, command, argument, 0);
    }

    /**
     * fcntl(2) F_OFD_SETLK: an exclusive lock of {@code length} bytes from {@code start} on, held
     * by the open file. It is gone with it, by kill -9 too. −EAGAIN: somebody else has some of
     * them.
     */
    public int lock(int fd, long start, long length) {
        try (CallMemory memory = CallMemory.open()) {
            // struct flock: l_type 0, l_whence 2, l_start 8, l_len 16, l_pid 24 (64-bit).
            MemorySegment flock = memory.allocate(32, 8);
            flock.set(JAVA_SHORT, 0, F_WRLCK);
            flock.set(JAVA_LONG, 8, start);
            flock.set(JAVA_LONG, 16, length);
            return invoke(Sys.FCNTL, fd, F_OFD_SETLK, flock.address(), 0);
        }
    }

    /**
     * fcntl(2) F_OFD_SETLK: a shared lock, for which reading is enough; one of the same open file
     * becomes that. −EAGAIN: somebody else has some of them for itself.
     */
    public int lockShared(int fd, long start, long length) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment flock = memory.allocate(32, 8);
            flock.set(JAVA_SHORT, 0, F_RDLCK);
            flock.set(JAVA_LONG, 8, start);
            flock.set(JAVA_LONG, 16, length);
            return invoke(Sys.FCNTL, fd, F_OFD_SETLK, flock.address(), 0);
        }
    }

    /**
     * fcntl(2) F_OFD_GETLK: 1 if another open file holds a lock of the first byte, 0 if none does,
     * or −errno. Takes none itself.
     */
    public int isLocked(int fd) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment flock = memory.allocate(32, 8);
            flock.set(JAVA_SHORT, 0, F_WRLCK);
            flock.set(JAVA_LONG, 16, 1);
            int r = invoke(Sys.FCNTL, fd, F_OFD_GETLK, flock.address(), 0);
            return r < 0 ? r : flock.get(JAVA_SHORT, 0) == F_UNLCK ? 0 : 1;
        }
    }

    /** dup3(2), close-on-exec. */
    public int dup3(int fd, int target) {
        return invoke(Sys.DUP3, fd, target, O_CLOEXEC, 0);
    }

    /** memfd_create(2). */
    public int memfdCreate(String name, int flags) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.MEMFD_CREATE, memory.text(name), flags | MFD_CLOEXEC, 0, 0);
        }
    }

    /** eventfd2(2), non-blocking. */
    public int eventfd() {
        return invoke(Sys.EVENTFD2, 0, O_CLOEXEC | O_NONBLOCK, 0, 0);
    }

    /** mkdirat(2). */
    public int mkdirat(int dir, String path, int mode) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.MKDIRAT, dir, memory.text(path), mode, 0);
        }
    }

    /** mknodat(2); {@code device} as makedev(3) packs it. */
    public int mknodat(int dir, String path, int mode, long device) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.MKNODAT, dir, memory.text(path), mode, device);
        }
    }

    /** symlinkat(2). */
    public int symlinkat(String content, int dir, String path) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.SYMLINKAT, memory.text(content), dir, memory.text(path), 0);
        }
    }

    /** fchmod(2). */
    public int fchmod(int fd, int mode) {
        return invoke(Sys.FCHMOD, fd, mode, 0, 0);
    }

    /** fchmodat(2). */
    public int fchmodat(int dir, String path, int mode) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.FCHMODAT, dir, memory.text(path), mode, 0);
        }
    }

    /** fchownat(2) of the descriptor itself. */
    public int fchown(int fd, int uid, int gid) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.FCHOWNAT, fd, memory.text(""), uid, gid, AT_EMPTY_PATH, 0);
        }
    }

    /** unlinkat(2). */
    public int unlinkat(int dir, String path, int flags) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.UNLINKAT, dir, memory.text(path), flags, 0);
        }
    }

    /**
     * statx(2) of the file type, mode, owner, device and inode; a negative {@code mode} field
     * carries −errno.
     */
    public Stat stat(int dir, String path, int flags) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment buffer = memory.allocate(Layouts.STATX_BYTES, 8);
            int r = invoke(Sys.STATX, dir, memory.text(path), flags, 0x7ff, buffer.address(), 0);
            return r < 0 ? Stat.failed(r) : Stat.of(buffer);
        }
    }

    /** open_tree(2). */
    public int openTree(int dir, String path, int flags) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.OPEN_TREE, dir, memory.text(path), flags | O_CLOEXEC, 0);
        }
    }

    /** move_mount(2). */
    public int moveMount(int from, String fromPath, int to, String toPath, int flags) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(
                    Sys.MOVE_MOUNT, from, memory.text(fromPath), to, memory.text(toPath), flags, 0);
        }
    }

    /** mount_setattr(2) on the mount {@code fd} is. */
    public int mountSetattr(int fd, int flags, long set, long clear, long propagation, int userns) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment attr = memory.allocate(Layouts.MOUNT_ATTR);
            attr.set(JAVA_LONG, 0, set);
            attr.set(JAVA_LONG, 8, clear);
            attr.set(JAVA_LONG, 16, propagation);
            attr.set(JAVA_LONG, 24, userns);
            return invoke(
                    Sys.MOUNT_SETATTR,
                    fd,
                    memory.text(""),
                    flags | AT_EMPTY_PATH,
                    attr.address(),
                    attr.byteSize(),
                    0);
        }
    }

    /** fsopen(2). */
    public int fsopen(String type) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.FSOPEN, memory.text(type), 1, 0, 0);
        }
    }

    /** fsconfig(2) FSCONFIG_SET_STRING. */
    public int fsconfigString(int fs, String key, String value) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.FSCONFIG, fs, 1, memory.text(key), memory.text(value), 0, 0);
        }
    }

    /** fsconfig(2) FSCONFIG_SET_FD. */
    public int fsconfigFd(int fs, String key, int fd) {
        try (CallMemory memory = CallMemory.open()) {
            return invoke(Sys.FSCONFIG, fs, 5, memory.text(key), 0, fd, 0);
        }
    }

    /** fsconfig(2) FSCONFIG_CMD_CREATE. */
    public int fsconfigCreate(int fs) {
        return invoke(Sys.FSCONFIG, fs, 6, 0, 0, 0, 0);
    }

    /** fsmount(2). */
    public int fsmount(int fs, long attributes) {
        return invoke(Sys.FSMOUNT, fs, 1, attributes, 0);
    }

    /** pidfd_open(2). */
    public int pidfdOpen(int pid) {
        return invoke(Sys.PIDFD_OPEN, pid, 0, 0, 0);
    }

    /** pidfd_send_signal(2). */
    public int pidfdSendSignal(int pidfd, int signal) {
        return invoke(Sys.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
    }

    /**
     * waitid(2) on a pidfd, with resource usage. An {@link ExitStatus} whose {@code result} is
     * −errno on failure.
     */
    public ExitStatus waitPidfd(int pidfd, int options) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment info = memory.allocate(128, 8);
            MemorySegment usage = memory.allocate(Layouts.RUSAGE);
            int r;
            do {
                r =
                        invoke(
                                Sys.WAITID,
                                P_PIDFD,
                                pidfd,
                                info.address(),
                                options | WEXITED | WALL,
                                usage.address(),
                                0);
            } while (r == -Errno.EINTR);
            return ExitStatus.of(r, info, usage);
        }
    }

    /**
     * Kills and reaps {@code pid} if it is a child of this process, else does nothing: a child's
     * number is nobody else's until it has been waited for.
     */
    public void endChild(int pid) {
        int look = WNOHANG | WEXITED | WNOWAIT | WALL;
        if (invoke(Sys.WAITID, P_PID, pid, 0, look) < 0) {
            return;
        }
        invoke(Sys.KILL, pid, SIGKILL, 0, 0);
        int r;
        do {
            r = invoke(Sys.WAITID, P_PID, pid, 0, WEXITED | WALL);
        } while (r == -Errno.EINTR);
    }

    /** epoll_create1(2). */
    public int epollCreate() {
        return invoke(Sys.EPOLL_CREATE1, O_CLOEXEC);
    }

    /** epoll_ctl(2); {@code data} comes back with the event. */
    public int epollCtl(int epoll, int operation, int fd, int events, long data) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment event = memory.allocate(Layouts.EPOLL_EVENT_BYTES, 8);
            Layouts.setEpollEvent(event, events, data);
            return invoke(Sys.EPOLL_CTL, epoll, operation, fd, event.address());
        }
    }

    /**
     * epoll_pwait(2) without a mask; blocks at most {@code millis} (−1: for ever). Returns the
     * number of events.
     */
    public int epollWait(int epoll, EpollEvents into, int millis) {
        return invoke(Sys.EPOLL_PWAIT, epoll, into.address(), into.capacity(), millis, 0, 8);
    }

    /**
     * ppoll(2) for POLLIN on each of {@code fds}, at most {@code nanos}. The bits of {@code ready}
     * say which; negative: −errno; 0: time is up.
     */
    public long pollIn(int[] fds, int count, long nanos) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment polls = memory.allocate(8L * count, 8);
            for (int i = 0; i < count; i++) {
                polls.set(JAVA_LONG, 8L * i, (fds[i] & 0xFFFFFFFFL) | (1L << 32));
            }
            MemorySegment time = memory.allocate(16, 8);
            time.set(JAVA_LONG, 0, nanos / 1_000_000_000);
            time.set(JAVA_LONG, 8, nanos % 1_000_000_000);
            int n = poll(polls.address(), count, time.address());
            long ready = 0;
            for (int i = 0; n > 0 && i < count; i++) {
                ready |= polls.get(JAVA_LONG, 8L * i) >>> 48 != 0 ? 1L << i : 0;
            }
            return n < 0 ? n : ready;
        }
    }

    /** ppoll(2) of {@code count} pollfd at an address, with a timespec at another. */
    int poll(long polls, int count, long time) {
        return invoke(Sys.PPOLL, polls, count, time, 0, 8, 0);
    }

    /** prctl(2). */
    public int prctl(int option, long a, long b, long c, long d) {
        return invoke(Sys.PRCTL, option, a, b, c, d, 0);
    }

    /** prlimit64(2) of this process: {soft, hard}, or empty on failure. */
    public List<Long> rlimit(int resource) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment pair = memory.allocate(16, 8);
            int r = invoke(Sys.PRLIMIT64, 0, resource, 0, pair.address());
            return r < 0 ? List.of() : List.of(pair.get(JAVA_LONG, 0), pair.get(JAVA_LONG, 8));
        }
    }

    /**
     * bpf(2) BPF_PROG_LOAD: a descriptor of the program that {@code instructions} are. Under
     * Bailey's own licence: no helper that is reserved to the GPL can be called.
     */
    public int bpfLoad(int type, String name, byte[] instructions) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment code = memory.allocate(instructions.length, 8);
            MemorySegment.copy(instructions, 0, code, JAVA_BYTE, 0, instructions.length);
            MemorySegment attr = memory.allocate(Layouts.BPF_PROG_LOAD);
            attr.set(JAVA_INT, 0, type);
            attr.set(JAVA_INT, 4, instructions.length / BPF_INSN_BYTES);
            attr.set(JAVA_LONG, 8, code.address());
            attr.set(JAVA_LONG, 16, memory.text("Apache-2.0"));
            attr.setString(48, name);
            return invoke(Sys.BPF, BPF_PROG_LOAD, attr.address(), attr.byteSize(), 0);
        }
    }

    /** bpf(2) BPF_PROG_ATTACH of a program to the object {@code target} is. */
    public int bpfAttach(int target, int program, int type, int flags) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment attr = memory.allocate(Layouts.BPF_PROG_ATTACH);
            attr.set(JAVA_INT, 0, target);
            attr.set(JAVA_INT, 4, program);
            attr.set(JAVA_INT, 8, type);
            attr.set(JAVA_INT, 12, flags);
            return invoke(Sys.BPF, BPF_PROG_ATTACH, attr.address(), attr.byteSize(), 0);
        }
    }
}
