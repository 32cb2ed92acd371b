package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.SyscallProgram;

/**
 * The finished plan of one sandbox and its command.
 *
 * @param cloneFlags the flags of the clone3(2) that makes it
 * @param entry what the child does in the JVM's memory, up to the exec of the init
 * @param init what it does from then on, in its own
 */
public record Blueprint(CloneFlags cloneFlags, SyscallProgram entry, SyscallProgram init) {

    /** The first word of a record on the status pipe: an error in the entry program. */
    public static final int ENTRY_FAILED = 1;

    /** An error in the init program. */
    public static final int INIT_FAILED = 2;

    /** The command has ended; {@link Report} tells how. */
    public static final int COMMAND_ENDED = 3;

    /** The command's exec has succeeded. */
    public static final int COMMAND_STARTED = 4;

    /** A system call that a filter tells of; {@link Notice} says which. */
    public static final int SYSCALL = 5;

    /** The process that becomes the command is there; {@link Report#PID} tells its number. */
    public static final int COMMAND_BORN = 6;

    /** The process that becomes the command waits to be told which. */
    public static final int COMMAND_PARKED = 7;
}
