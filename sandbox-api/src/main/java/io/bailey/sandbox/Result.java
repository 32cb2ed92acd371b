package io.bailey.sandbox;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * What came of a command. A command that fails is an answer, not an exception; {@link #orThrow()}
 * makes it one.
 *
 * @param termination how it ended
 * @param exitCode what a shell would say: the exit code, or 128 plus the signal's number; 137 if
 *     the library killed it
 * @param stdoutBytes what was captured of standard output; empty if it went elsewhere
 * @param stderrBytes what was captured of standard error; empty if it went elsewhere
 * @param truncated whether something the command wrote is missing in what was captured
 * @param isolation how the sandbox was walled in
 * @param usage what the sandbox used
 * @param timings where the time went
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
public record Result(
        Termination termination,
        int exitCode,
        byte[] stdoutBytes,
        byte[] stderrBytes,
        boolean truncated,
        Isolation isolation,
        Usage usage,
        Timings timings) {

    private static final int SIGNAL_BASE = 128;

    /**
     * Creates a result with copies of the bytes.
     *
     * @throws IllegalArgumentException if the exit code is not the one of an {@link
     *     Termination.Exited} or {@link Termination.Signaled}
     */
    public Result {
        checkExitCode(termination, exitCode);
        stdoutBytes = stdoutBytes.clone();
        stderrBytes = stderrBytes.clone();
        Objects.requireNonNull(isolation, "isolation");
        Objects.requireNonNull(usage, "usage");
        Objects.requireNonNull(timings, "timings");
    }

    /**
     * Returns what was captured of standard output.
     *
     * @return a copy of the bytes
     */
    @Override
    public byte[] stdoutBytes() {
        return stdoutBytes.clone();
    }

    /**
     * Returns what was captured of standard error.
     *
     * @return a copy of the bytes
     */
    @Override
    public byte[] stderrBytes() {
        return stderrBytes.clone();
    }

    /**
     * Returns what was captured of standard output as text.
     *
     * @return the bytes decoded as UTF-8; what is not UTF-8 becomes U+FFFD
     */
    public String stdout() {
        return new String(stdoutBytes, StandardCharsets.UTF_8);
    }

    /**
     * Returns what was captured of standard error as text.
     *
     * @return the bytes decoded as UTF-8; what is not UTF-8 becomes U+FFFD
     */
    public String stderr() {
        return new String(stderrBytes, StandardCharsets.UTF_8);
    }

    /**
     * Tells whether the command exited with 0.
     *
     * @return true for {@code Exited(0)}, false for everything else
     */
    public boolean success() {
        return termination instanceof Termination.Exited(int code) && code == 0;
    }

    /**
     * Returns this result if the command exited with 0.
     *
     * @return this
     * @throws ExitException if it ended in any other way; it carries this result
     */
    public Result orThrow() {
        if (!success()) {
            throw new ExitException(this);
        }
        return this;
    }

    @Override
    @SuppressWarnings("exports") // callers need JSpecify only if they want its checks
    public boolean equals(@Nullable Object other) {
        return other instanceof Result result
                && termination.equals(result.termination)
                && exitCode == result.exitCode
                && Arrays.equals(stdoutBytes, result.stdoutBytes)
                && Arrays.equals(stderrBytes, result.stderrBytes)
                && truncated == result.truncated
                && isolation == result.isolation
                && usage.equals(result.usage)
                && timings.equals(result.timings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                termination,
                exitCode,
                Arrays.hashCode(stdoutBytes),
                Arrays.hashCode(stderrBytes),
                truncated,
                isolation,
                usage,
                timings);
    }

    /** Returns everything but the captured bytes, of which it gives the length. */
    @Override
    public String toString() {
        return "Result[termination="
                + termination
                + ", exitCode="
                + exitCode
                + ", stdoutBytes="
                + stdoutBytes.length
                + ", stderrBytes="
                + stderrBytes.length
                + ", truncated="
                + truncated
                + ", isolation="
                + isolation
                + ", usage="
                + usage
                + ", timings="
                + timings
                + "]";
    }

    private static void checkExitCode(Termination termination, int exitCode) {
        int expected =
                switch (termination) {
                    case Termination.Exited(int code) -> code;
                    case Termination.Signaled(int signal) -> SIGNAL_BASE + signal;
                    // The command may have had the time to exit on its own account.
                    case Termination.TimedOut _,
                            Termination.CpuTimeExceeded _,
                            Termination.OutOfMemory _,
                            Termination.PidsExceeded _,
                            Termination.OutputLimitExceeded _,
                            Termination.SyscallDenied _,
                            Termination.Cancelled _ ->
                            exitCode;
                };
        if (exitCode != expected || exitCode < 0) {
            throw new IllegalArgumentException(
                    "exit code " + exitCode + " does not belong to " + termination);
        }
    }
}
