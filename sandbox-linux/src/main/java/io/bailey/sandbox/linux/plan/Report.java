package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.sys.Sys;

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

    /** In the file that a detached sandbox's init keeps: its number on the host, in digits. */
    public static final int NUMBER = 256;

    /** In that file: when the command ended, by CLOCK_REALTIME. */
    public static final int FINISHED = 288;

    /** The length of that file. */
    public static final int FILE_BYTES = 512;

    static final int BORN_BYTES = 16;

    private static final Argument MONOTONIC = Argument.flags("CLOCK_MONOTONIC", 1);

    private Report() {}

    /** Has the kernel write the time into {@code field} of {@code report}. */
    static void stamp(ProgramBuilder program, Blob report, int field) {
        program.call(Sys.CLOCK_GETTIME, MONOTONIC, Argument.of(report, field));
    }
}
