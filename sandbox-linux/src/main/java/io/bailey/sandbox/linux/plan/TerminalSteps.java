package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Terminal;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Variable;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.TerminalCalls;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The terminal of a command, in the process that becomes it, once that has no privilege left: what
 * is opened by a path in there may be an enemy's by now, and a new terminal belongs to whoever has
 * opened it.
 *
 * <p>Nobody but the command ever holds its side: where the first process of a session ends, the
 * kernel hangs up a terminal that is still open elsewhere, and what was written to it last is lost
 * (disassociate_ctty, drivers/tty/tty_jobctrl.c).
 */
final class TerminalSteps {
    /** What opens a new terminal. In the sandbox's own devpts: the host's are never seen. */
    static final String PTMX = "/dev/pts/ptmx";

    private static final Argument NIL = Argument.nil();
    private static final Argument INPUT = Argument.of(0);
    private static final Argument OUTPUT = Argument.of(1);
    private static final int CMSG_BYTES = 24;
    private static final int CMSG_LEN = 20;

    /** tty_std_termios, drivers/tty/tty_io.c, after cfmakeraw(3): IUTF8 and all else off. */
    private static final int[] RAW_FLAGS = {0, 0x4, 0xBF, 0xA30};

    /** INIT_C_CC, include/asm-generic/termios-base.h. */
    private static final byte[] CONTROL_CHARACTERS = {
        3, 0x1C, 0x7F, 0x15, 4, 0, 1, 0, 0x11, 0x13, 0x1A, 0, 0x12, 0xF, 0x17, 0x16, 0, 0, 0
    };

    private static final int LINE_BYTES = 1;

    private final ProgramBuilder program;
    private final Terminal terminal;
    private final boolean own;

    TerminalSteps(ProgramBuilder program, SandboxSpec spec, Terminal terminal) {
        this.program = program;
        this.terminal = terminal;
        this.own = isOwn(spec);
    }

    /**
     * Is the terminal made in the sandbox? Without a mount namespace there is no devpts but the
     * host's: then the JVM makes it, and hands its side over to be asked for the other.
     */
    static boolean isOwn(SandboxSpec spec) {
        return spec.namespaces().contains(Namespace.MOUNT);
    }

    void all() {
        if (own) {
            open();
            handOver();
        }
        Variable side = program.variable("terminal");
        program.step("take the terminal", "");
        program.call(
                        Sys.IOCTL,
                        OUTPUT,
                        Argument.flags("TIOCGPTPEER", TerminalCalls.TIOCGPTPEER),
                        Argument.flags("O_RDWR|O_NOCTTY", Linux.O_RDWR | TerminalCalls.O_NOCTTY))
                .store(side);
        for (int standard = 0; standard < 3; standard++) {
            program.call(Sys.DUP3, Argument.of(side), Argument.of(standard), Argument.of(0));
        }
        program.call(Sys.CLOSE, Argument.of(side));
        program.call(Sys.IOCTL, INPUT, Argument.flags("TIOCSCTTY", TerminalCalls.TIOCSCTTY), NIL);
    }

    private void open() {
        Variable master = program.variable("ptmx");
        program.step("open a terminal", PTMX);
        int resolve = FileCalls.RESOLVE_NO_SYMLINKS | FileCalls.RESOLVE_NO_MAGICLINKS;
        Blob how =
                Blob.struct(
                        "{O_RDWR|O_NOCTTY|O_CLOEXEC,"
                                + " resolve=RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS}",
                        Linux.O_RDWR | TerminalCalls.O_NOCTTY | Linux.O_CLOEXEC,
                        0,
                        resolve);
        program.call(
                        Sys.OPENAT2,
                        Argument.flags("AT_FDCWD", Linux.AT_FDCWD),
                        Argument.of(PTMX),
                        Argument.of(how),
                        Argument.of(how.size()))
                .store(master);
        program.call(Sys.DUP3, Argument.of(master), OUTPUT, Argument.of(0));
        program.call(Sys.CLOSE, Argument.of(master));
        program.call(
                Sys.IOCTL,
                OUTPUT,
                Argument.flags("TIOCSPTLCK", TerminalCalls.TIOCSPTLCK),
                Argument.of(Blob.struct("[0]", 0)));
        program.call(
                Sys.IOCTL,
                OUTPUT,
                Argument.flags("TIOCSWINSZ", TerminalCalls.TIOCSWINSZ),
                Argument.of(
                        Blob.struct(
                                "{rows="
                                        + terminal.rows()
                                        + ", columns="
                                        + terminal.columns()
                                        + "}",
                                terminal.rows() | ((long) terminal.columns() << 16))));
        if (terminal.raw()) {
            // Before anything can be typed.
            program.call(
                    Sys.IOCTL,
                    OUTPUT,
                    Argument.flags("TCSETS", TerminalCalls.TCSETS),
                    Argument.of(Blob.bytes(raw(), "{raw}")));
        }
    }

    /** By the socket that stands where its streams will be. */
    private void handOver() {
        Blob vector =
                Blob.struct(
                        "[1]",
                        List.of(
                                new Blob.Address(Blob.bytes(new byte[1], "[0]"), 0),
                                new Blob.Number(1)));
        long kind = TerminalCalls.SOL_SOCKET | ((long) TerminalCalls.SCM_RIGHTS << Integer.SIZE);
        Blob control = Blob.struct("{SCM_RIGHTS, [1]}", CMSG_LEN, kind, 1);
        Blob message =
                Blob.struct(
                        "{SCM_RIGHTS, [1]}",
                        List.of(
                                new Blob.Number(0),
                                new Blob.Number(0),
                                new Blob.Address(vector, 0),
                                new Blob.Number(1),
                                new Blob.Address(control, 0),
                                new Blob.Number(CMSG_BYTES),
                                new Blob.Number(0)));
        program.step("hand the terminal to the JVM", "");
        program.call(
                Sys.SENDMSG,
                INPUT,
                Argument.of(message),
                Argument.flags("MSG_NOSIGNAL", TerminalCalls.MSG_NOSIGNAL));
    }

    private static byte[] raw() {
        ByteBuffer termios =
                ByteBuffer.allocate(
                                RAW_FLAGS.length * Integer.BYTES
                                        + LINE_BYTES
                                        + CONTROL_CHARACTERS.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (int flags : RAW_FLAGS) {
            termios.putInt(flags);
        }
        return termios.put((byte) 0).put(CONTROL_CHARACTERS).array();
    }
}
