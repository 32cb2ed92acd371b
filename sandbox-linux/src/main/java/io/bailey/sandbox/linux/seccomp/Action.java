package io.bailey.sandbox.linux.seccomp;

/**
 * What happens to a system call.
 *
 * @param data the errno of {@link Kind#ERRNO}, what a tracer or a signal handler gets to read of
 *     {@link Kind#TRACE} and {@link Kind#TRAP}; 16 bits
 */
public record Action(Kind kind, int data) {
    public static final Action ALLOW = new Action(Kind.ALLOW, 0);
    public static final Action LOG = new Action(Kind.LOG, 0);
    public static final Action KILL_PROCESS = new Action(Kind.KILL_PROCESS, 0);
    public static final Action KILL_THREAD = new Action(Kind.KILL_THREAD, 0);

    /** Asks a supervisor. There is none: compiled to ENOSYS, as the kernel would answer. */
    public static final Action NOTIFY = new Action(Kind.NOTIFY, 0);

    static final int EPERM = 1;
    static final int ENOSYS = 38;
    static final Action NO_PERMISSION = errno(EPERM);
    static final Action NO_SUCH_CALL = errno(ENOSYS);

    /** MAX_ERRNO of linux/err.h: the kernel silently cuts a larger one down to it. */
    private static final int MAX_ERRNO = 4095;

    private static final int MAX_DATA = 0xFFFF;

    /** SECCOMP_RET_… of linux/seccomp.h. */
    public enum Kind {
        KILL_PROCESS(0x8000_0000),
        KILL_THREAD(0x0000_0000),
        TRAP(0x0003_0000),
        ERRNO(0x0005_0000),
        NOTIFY(0x7FC0_0000),
        TRACE(0x7FF0_0000),
        LOG(0x7FFC_0000),
        ALLOW(0x7FFF_0000);

        private final int bits;

        Kind(int bits) {
            this.bits = bits;
        }

        /** Whether it carries a number of its own. */
        boolean hasData() {
            return this == ERRNO || this == TRAP || this == TRACE;
        }

        /** Whether the call is surely not carried out. */
        boolean denies() {
            return this == KILL_PROCESS || this == KILL_THREAD || this == TRAP || this == ERRNO;
        }

        /** Whether somebody else decides, of whom there is nobody. */
        boolean asks() {
            return this == NOTIFY || this == TRACE;
        }

        boolean kills() {
            return this == KILL_PROCESS || this == KILL_THREAD;
        }
    }

    public Action {
        int most = kind == Kind.ERRNO ? MAX_ERRNO : kind.hasData() ? MAX_DATA : 0;
        if (data < 0 || data > most) {
            throw new ProfileException(kind + " takes a number of 0 to " + most + ", not " + data);
        }
    }

    /** The call fails with {@code number}. 0 makes it succeed without having been made. */
    public static Action errno(int number) {
        return new Action(Kind.ERRNO, number);
    }

    /** SIGSYS with {@code data} in si_errno. */
    public static Action trap(int data) {
        return new Action(Kind.TRAP, data);
    }

    /** Asks a tracer. None is trusted: compiled to ENOSYS, as the kernel answers without one. */
    public static Action trace(int data) {
        return new Action(Kind.TRACE, data);
    }

    /** What a filter returns for it. */
    int encoded() {
        return kind.bits | data;
    }
}
