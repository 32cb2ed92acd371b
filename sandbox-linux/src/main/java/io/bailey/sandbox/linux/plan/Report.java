package io.bailey.sandbox.linux.plan;

/**
 * Offsets in the record by which the init tells how the command ended; the times are
 * CLOCK_MONOTONIC, 16 bytes each.
 */
public final class Report {
    public static final int WAIT_STATUS = 8;
    public static final int INIT_STARTED = 16;
    public static final int SETUP_DONE = 32;
    public static final int EXEC_DONE = 48;
    public static final int COMMAND_ENDED = 64;
    public static final int RUSAGE = 80;
    public static final int BYTES = RUSAGE + 144;

    /** In the record that says that the command is born: its number, as its watcher knows it. */
    public static final int PID = 8;

    static final int BORN_BYTES = 16;

    private Report() {}
}
