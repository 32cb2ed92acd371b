package io.bailey.sandbox;

/**
 * The resource limits of {@code getrlimit(2)}. They hold for each process on its own and are
 * inherited; the limits of the whole sandbox are settings of {@link Sandbox.Builder}.
 *
 * @since 0.1
 */
public enum Rlimit {

    /**
     * Processor time of one process, in seconds; then {@code SIGKILL}: {@code SIGXCPU} would come
     * at a lower soft limit, and the two are the same here. For the whole tree see {@link
     * Sandbox.Builder#cpuTime}.
     */
    CPU(0),

    /** Largest file that a process may write, in bytes; then {@code SIGXFSZ}. */
    FSIZE(1),

    /** Data segment of a process, in bytes. */
    DATA(2),

    /** Stack of a process, in bytes. */
    STACK(3),

    /** Largest core file, in bytes. */
    CORE(4),

    /** Resident set, in bytes; without effect since Linux 2.4.30. */
    RSS(5),

    /**
     * Processes and threads of the real user id. For the sandbox's own see {@link
     * Sandbox.Builder#pids}.
     */
    NPROC(6),

    /** Highest file descriptor number plus one. */
    NOFILE(7),

    /** Memory that a process may lock, in bytes. */
    MEMLOCK(8),

    /**
     * Address space of a process, in bytes. For memory in use see {@link
     * Sandbox.Builder#memory(MemorySize)}.
     */
    AS(9),

    /** File locks and leases; without effect since Linux 2.4.25. */
    LOCKS(10),

    /** Signals queued for the real user id. */
    SIGPENDING(11),

    /** Bytes in POSIX message queues of the real user id. */
    MSGQUEUE(12),

    /** Ceiling of the nice value, as 20 minus the value. */
    NICE(13),

    /** Ceiling of the real-time priority. */
    RTPRIO(14),

    /** Processor time of a real-time process without a blocking system call, in microseconds. */
    RTTIME(15);

    /**
     * The value that stands for no limit ({@code RLIM_INFINITY}). Raising a limit above this JVM's
     * own hard limit takes {@code CAP_SYS_RESOURCE} and {@link IdMap#HOST}: in a user namespace of
     * its own the kernel lets nobody do it.
     */
    public static final long INFINITY = Long.MAX_VALUE;

    private final int number;

    Rlimit(int number) {
        this.number = number;
    }

    /**
     * Returns the number of this resource on x86-64 and aarch64 ({@code asm-generic/resource.h}).
     *
     * @return 0 to 15
     */
    public int number() {
        return number;
    }
}
