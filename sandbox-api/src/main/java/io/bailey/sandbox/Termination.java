package io.bailey.sandbox;

import java.time.Duration;
import java.util.Objects;

/**
 * How a command ended. Where the library killed it, this says for which reason rather than by which
 * signal.
 *
 * {@snippet :
 * String answer = switch (result.termination()) {
 *     case Termination.Exited(int code) -> "exit " + code;
 *     case Termination.TimedOut(Duration limit) -> "too slow";
 *     case Termination.OutOfMemory(MemorySize limit) -> "needs more than " + limit;
 *     case Termination other -> other.toString();
 * };
 * }
 *
 * @since 0.1
 */
public sealed interface Termination {

    /**
     * Says in a few words how the command ended.
     *
     * @return words for a message, such as {@code exited with 3}
     */
    String describe();

    /**
     * The command ended on its own account.
     *
     * @param code what it passed to {@code exit(3)}, 0 to 255
     * @since 0.1
     */
    record Exited(int code) implements Termination {

        /**
         * Creates an exit.
         *
         * @throws IllegalArgumentException if the code is not 0 to 255
         */
        public Exited {
            if (code < 0 || code > 255) {
                throw new IllegalArgumentException("exit code " + code + " is not 0 to 255");
            }
        }

        @Override
        public String describe() {
            return "exited with " + code;
        }
    }

    /**
     * The command was ended by a signal that was not the library's.
     *
     * @param signal the number, 1 to 64, see {@link Signal#of(int)}
     * @since 0.1
     */
    record Signaled(int signal) implements Termination {

        /**
         * Creates an end by a signal.
         *
         * @throws IllegalArgumentException if the number is not 1 to 64
         */
        public Signaled {
            if (signal < 1 || signal > 64) {
                throw new IllegalArgumentException("signal " + signal + " is not 1 to 64");
            }
        }

        @Override
        public String describe() {
            return "killed by signal "
                    + signal
                    + Signal.of(signal).map(name -> " (SIG" + name + ")").orElse("");
        }
    }

    /**
     * Killed after the time limit of {@link Sandbox.Builder#timeout} or {@link Command#timeout}.
     *
     * @param limit the limit, by the wall clock
     * @since 0.1
     */
    record TimedOut(Duration limit) implements Termination {

        /** Creates an end by the wall clock. */
        public TimedOut {
            Objects.requireNonNull(limit, "limit");
        }

        @Override
        public String describe() {
            return "timed out after " + limit;
        }
    }

    /**
     * Killed after the sandbox used the processor time of {@link Sandbox.Builder#cpuTime}.
     *
     * @param limit the limit, processor time of the whole sandbox
     * @since 0.1
     */
    record CpuTimeExceeded(Duration limit) implements Termination {

        /** Creates an end by processor time. */
        public CpuTimeExceeded {
            Objects.requireNonNull(limit, "limit");
        }

        @Override
        public String describe() {
            return "used more than " + limit + " of processor time";
        }
    }

    /**
     * The kernel killed a process of the sandbox at the limit of {@link
     * Sandbox.Builder#memory(MemorySize)}.
     *
     * @param limit the limit
     * @since 0.1
     */
    record OutOfMemory(MemorySize limit) implements Termination {

        /** Creates an end for want of memory. */
        public OutOfMemory {
            Objects.requireNonNull(limit, "limit");
        }

        @Override
        public String describe() {
            return "ran out of memory at the limit of " + limit;
        }
    }

    /**
     * The command failed after the kernel refused it a process or thread at the limit of {@link
     * Sandbox.Builder#pids}.
     *
     * @param limit the limit
     * @since 0.1
     */
    record PidsExceeded(int limit) implements Termination {

        @Override
        public String describe() {
            return "asked for more than " + limit + " processes and threads";
        }
    }

    /**
     * Killed for writing more than may be captured, see {@link Output}.
     *
     * @param stream which of the two streams
     * @param limit the limit of that stream
     * @since 0.1
     */
    record OutputLimitExceeded(OutputStreamKind stream, MemorySize limit) implements Termination {

        /** Creates an end by too much output. */
        public OutputLimitExceeded {
            Objects.requireNonNull(stream, "stream");
            Objects.requireNonNull(limit, "limit");
        }

        @Override
        public String describe() {
            return "wrote more than " + limit + " to " + stream;
        }
    }

    /**
     * Killed for a system call that its {@link SeccompProfile} kills for, see {@link
     * SeccompAction.Kill}. The call was not made. Where a program has put a further filter of its
     * own over that call which lets it fail with an errno, the kernel heeds that one: the call is
     * refused all the same, but nothing is killed and nothing told.
     *
     * @param name the call's name, such as {@code ptrace}; {@code syscall_} and the number for one
     *     that is newer than this library
     * @since 0.1
     */
    record SyscallDenied(String name) implements Termination {
        /** Creates an end for a system call. */
        public SyscallDenied {
            Objects.requireNonNull(name, "name");
        }

        @Override
        public String describe() {
            return "was killed for the system call " + name;
        }
    }

    /**
     * Killed because the caller no longer wanted it: {@link Container#kill()}, {@link
     * Container#stop}, a cancelled future, an interrupted thread, or {@code close()}.
     *
     * @since 0.1
     */
    record Cancelled() implements Termination {

        @Override
        public String describe() {
            return "was canceled";
        }
    }
}
