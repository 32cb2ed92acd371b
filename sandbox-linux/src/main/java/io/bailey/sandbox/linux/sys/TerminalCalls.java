package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The calls about terminals, ioctl_tty(2), and about the sockets by which one is handed over,
 * unix(7). Each returns the call's value or −errno.
 */
public final class TerminalCalls {
    public static final int TIOCSCTTY = 0x540E;
    public static final int TIOCSWINSZ = 0x5414;
    public static final int TIOCSPTLCK = 0x40045431;
    public static final int TIOCGPTPEER = 0x5441;
    public static final int TCSETS = 0x5402;
    public static final int O_NOCTTY = 0x100;
    public static final int SOL_SOCKET = 1;
    public static final int SCM_RIGHTS = 1;
    public static final int MSG_NOSIGNAL = 0x4000;

    private static final int TCGETS = 0x5401;
    private static final int TIOCGWINSZ = 0x5413;
    private static final int TIOCGPTN = 0x80045430;
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int AT_STATX_DONT_SYNC = 0x4000;

    /** {@code struct msghdr}, and a {@code struct cmsghdr} with room for one descriptor. */
    private static final long MSGHDR_BYTES = 56;

    private static final long CONTROL_BYTES = 24;

    /** The kernel's {@code struct termios}: four flag words, c_line, c_cc[19]. */
    private static final int TERMIOS_BYTES = 36;

    /** What cfmakeraw(3) takes off the four flag words, and puts on one. */
    private static final int NOT_INPUT = 0x5EB;

    private static final int NOT_OUTPUT = 0x1;
    private static final int NOT_CONTROL = 0x130;
    private static final int EIGHT_BITS = 0x30;
    private static final int NOT_LOCAL = 0x804B;

    /** In c_cc, which lies behind the four words and c_line. */
    private static final int VTIME = 17 + 5;

    private static final int VMIN = 17 + 6;

    /** TTYAUX_MAJOR and the number of ptmx in it, include/uapi/linux/major.h, pty.c. */
    private static final int TTYAUX_MAJOR = 5;

    private static final int PTMX_MINOR = 2;

    private final Linux linux;

    public TerminalCalls(Linux linux) {
        this.linux = linux;
    }

    /** The size of a terminal, in characters. */
    public record Size(int columns, int rows) {}

    private int ioctl(int fd, int request, long argument) {
        return (int) linux.call(Sys.IOCTL, fd, Integer.toUnsignedLong(request), argument);
    }

    /** ioctl_tty(2) TIOCGWINSZ; empty if it is no terminal. */
    public Optional<Size> size(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(8, 2);
            return ioctl(fd, TIOCGWINSZ, size.address()) < 0
                    ? Optional.empty()
                    : Optional.of(
                            new Size(
                                    Short.toUnsignedInt(size.get(JAVA_SHORT, 2)),
                                    Short.toUnsignedInt(size.get(JAVA_SHORT, 0))));
        }
    }

    /** ioctl_tty(2) TIOCSWINSZ: whoever is in its foreground gets SIGWINCH. */
    public int resize(int fd, Size to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(8, 2);
            size.set(JAVA_SHORT, 0, (short) to.rows());
            size.set(JAVA_SHORT, 2, (short) to.columns());
            return ioctl(fd, TIOCSWINSZ, size.address());
        }
    }

    /** ioctl_tty(2) TIOCSPTLCK 0: lets the other side of a new pseudo-terminal be opened. */
    public int unlock(int master) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(master, TIOCSPTLCK, arena.allocate(4, 4).address());
        }
    }

    /** ioctl_tty(2) TIOCGPTN: the number of the other side in its devpts. */
    public int number(int master) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(4, 4);
            int r = ioctl(master, TIOCGPTN, number.address());
            return r < 0 ? r : number.get(JAVA_INT, 0);
        }
    }

    /**
     * Is it the JVM's end of a pseudo-terminal? Whoever made it is not asked: a file system of an
     * enemy's (FUSE) would be, by an ioctl(2) as by an ordinary fstat(2), and need not answer. What
     * is a device by the kernel's own word is served by the kernel.
     */
    public boolean isMaster(int fd) {
        Stat stat = linux.stat(fd, "", Linux.AT_EMPTY_PATH | AT_STATX_DONT_SYNC);
        return stat.isCharacterDevice()
                && stat.major() == TTYAUX_MAJOR
                && stat.minor() == PTMX_MINOR
                && number(fd) >= 0;
    }

    /**
     * ioctl_tty(2) TCGETS: the {@code struct termios}; empty if it is no terminal. That of a
     * pseudo-terminal is the other side's, as for TCSETS.
     */
    public Optional<byte[]> attributes(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(TERMIOS_BYTES, 4);
            return ioctl(fd, TCGETS, termios.address()) < 0
                    ? Optional.empty()
                    : Optional.of(termios.toArray(JAVA_BYTE));
        }
    }

    /** cfmakeraw(3): the same {@code struct termios} for bytes that pass as they are. */
    public static byte[] raw(byte[] termios) {
        ByteBuffer raw = ByteBuffer.wrap(termios.clone()).order(ByteOrder.nativeOrder());
        raw.putInt(0, raw.getInt(0) & ~NOT_INPUT);
        raw.putInt(4, raw.getInt(4) & ~NOT_OUTPUT);
        raw.putInt(8, (raw.getInt(8) & ~NOT_CONTROL) | EIGHT_BITS);
        raw.putInt(12, raw.getInt(12) & ~NOT_LOCAL);
        return raw.put(VTIME, (byte) 0).put(VMIN, (byte) 1).array();
    }

    /** ioctl_tty(2) TCSETS. */
    public int setAttributes(int fd, byte[] termios) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(fd, TCSETS, arena.allocateFrom(JAVA_BYTE, termios).address());
        }
    }

    /** socketpair(2), close-on-exec: both ends, or {−errno, −1}. */
    public int[] socketpair() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(8, 4);
            int r =
                    (int)
                            linux.call(
                                    Sys.SOCKETPAIR,
                                    AF_UNIX,
                                    SOCK_STREAM | Linux.O_CLOEXEC,
                                    0,
                                    pair.address());
            return r < 0
                    ? new int[] {r, -1}
                    : new int[] {pair.get(JAVA_INT, 0), pair.get(JAVA_INT, 4)};
        }
    }

    /**
     * recvmsg(2) of one descriptor, close-on-exec, without waiting. −EAGAIN: none yet; −ENODATA:
     * none will come.
     */
    public int receive(int socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(8, 8);
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(JAVA_LONG, 0, data.address());
            vector.set(JAVA_LONG, 8, 1);
            MemorySegment control = arena.allocate(CONTROL_BYTES, 8);
            MemorySegment header = arena.allocate(MSGHDR_BYTES, 8);
            header.set(JAVA_LONG, 16, vector.address());
            header.set(JAVA_LONG, 24, 1);
            header.set(JAVA_LONG, 32, control.address());
            header.set(JAVA_LONG, 40, CONTROL_BYTES);
            int n;
            do {
                n =
                        (int)
                                linux.call(
                                        Sys.RECVMSG,
                                        socket,
                                        header.address(),
                                        MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
            } while (n == -Errno.EINTR);
            if (n < 0) {
                return n;
            }
            boolean one =
                    header.get(JAVA_LONG, 40) == CONTROL_BYTES
                            && control.get(JAVA_INT, 8) == SOL_SOCKET
                            && control.get(JAVA_INT, 12) == SCM_RIGHTS;
            return one ? control.get(JAVA_INT, 16) : -Errno.ENODATA;
        }
    }
}
