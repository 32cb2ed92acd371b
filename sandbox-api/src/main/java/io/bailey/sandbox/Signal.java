package io.bailey.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The 31 standard signals of {@code signal(7)}, without the prefix {@code SIG}.
 *
 * @since 0.1
 */
public enum Signal {

    /** Hangup of the terminal. */
    HUP(1),

    /** Interrupt from the keyboard. */
    INT(2),

    /** Quit from the keyboard, with a core dump. */
    QUIT(3),

    /** Illegal instruction. */
    ILL(4),

    /** Trace or breakpoint trap. */
    TRAP(5),

    /** Abort, from {@code abort(3)}. */
    ABRT(6),

    /** Bad memory access. */
    BUS(7),

    /** Erroneous arithmetic operation. */
    FPE(8),

    /** Kill; cannot be caught. */
    KILL(9),

    /** First signal for the program's own use. */
    USR1(10),

    /** Invalid memory reference. */
    SEGV(11),

    /** Second signal for the program's own use. */
    USR2(12),

    /** Write to a pipe without readers. */
    PIPE(13),

    /** Timer of {@code alarm(2)}. */
    ALRM(14),

    /** Request to end; what {@link Container#stop} sends. */
    TERM(15),

    /** Stack fault of a coprocessor; unused. */
    STKFLT(16),

    /** A child stopped or ended. */
    CHLD(17),

    /** Continue if stopped. */
    CONT(18),

    /** Stop; cannot be caught. */
    STOP(19),

    /** Stop typed at the terminal. */
    TSTP(20),

    /** Terminal input for a background process. */
    TTIN(21),

    /** Terminal output of a background process. */
    TTOU(22),

    /** Urgent condition on a socket. */
    URG(23),

    /** Limit of processor time exceeded. */
    XCPU(24),

    /** Limit of file size exceeded. */
    XFSZ(25),

    /** Virtual timer. */
    VTALRM(26),

    /** Profiling timer. */
    PROF(27),

    /** Change of the window's size. */
    WINCH(28),

    /** I/O is possible. */
    IO(29),

    /** Power failure. */
    PWR(30),

    /** Bad system call; also what seccomp sends. */
    SYS(31);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /**
     * Returns the number of this signal on x86-64 and aarch64.
     *
     * @return 1 to 31
     */
    public int number() {
        return number;
    }

    /**
     * Returns the signal with the given number.
     *
     * @param number a signal number, such as {@link Termination.Signaled#signal()}
     * @return the signal, or empty if there is no standard signal of that number
     */
    public static Optional<Signal> of(int number) {
        Signal[] all = values();
        return number >= 1 && number <= all.length
                ? Optional.of(all[number - 1])
                : Optional.empty();
    }

    /**
     * Returns the signal with the given name or number, as configs of images and {@code kill(1)}
     * have them: {@code SIGQUIT}, {@code QUIT}, {@code 3}.
     *
     * @param text the name, in any case, or the number
     * @return the signal, or empty if no standard signal is meant
     */
    public static Optional<Signal> parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        String plain = name.startsWith("SIG") ? name.substring(3) : name;
        return Arrays.stream(values())
                .filter(signal ->
                        signal.name().equals(plain) || Integer.toString(signal.number).equals(name))
                .findFirst();
    }
}
