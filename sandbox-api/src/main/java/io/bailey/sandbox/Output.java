package io.bailey.sandbox;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Where a command's standard output or standard error goes.
 *
 * <p>Where a {@link Sandbox.Builder#outputLimit(MemorySize)} is set, it bounds every stream that
 * passes through this JVM: a command that writes more to it is killed, its {@link
 * Result#termination()} is {@link Termination.OutputLimitExceeded}, and what came before the bound
 * is kept or has been handed over. Where none is set, only what is captured is bounded, at 1 MiB:
 * see {@link #capture()}. {@link #inherit()} and {@link #discard()} do not pass through.
 *
 * @since 0.1
 */
public sealed interface Output {

    /**
     * Kept for {@link Result#stdout()} or {@link Result#stderr()}, up to the sandbox's {@link
     * Sandbox.Builder#outputLimit(MemorySize)}. The default.
     *
     * <p>Where none is set, it is 1 MiB. A command that writes more is killed, for whoever waits
     * for all of it would be given a part: {@link Sandbox#run(Command)}, {@link
     * Container#exec(Command)}. The first command of a {@linkplain Sandbox#start(Command)
     * container}, which may live long, goes on: what is beyond is thrown away, {@link
     * Result#truncated()} says so, and {@link Container#logs()} has the latest.
     *
     * @return captured output
     */
    static Output capture() {
        return new Capture(OptionalLong.empty());
    }

    /**
     * Kept for {@link Result#stdout()} or {@link Result#stderr()}, up to a bound of its own. What
     * the command writes beyond it is thrown away, up to the sandbox's {@link
     * Sandbox.Builder#outputLimit(MemorySize)} or {@code max}, whichever is larger, and {@link
     * Result#truncated()} says so.
     *
     * @param max the most bytes to keep, 1 to 2,147,483,639
     * @return captured output
     * @throws SandboxConfigException if {@code max} is out of range
     */
    static Output capture(long max) {
        return new Capture(OptionalLong.of(max));
    }

    /**
     * Kept for {@link Result#stdout()} or {@link Result#stderr()}, up to a bound of its own.
     *
     * @param max the most to keep, as {@link MemorySize#parse(String)} reads it, 1 byte to
     *     2,147,483,639 bytes
     * @return captured output
     * @throws SandboxConfigException if {@code max} is not a size or out of range
     */
    static Output capture(String max) {
        return capture(MemorySize.parse("capture", max).bytes());
    }

    /**
     * Handed over line by line, decoded as UTF-8 and without line ends, by one thread at a time. A
     * line of more than 1,048,576 characters is handed over in pieces; a slow consumer slows the
     * command. Once a command has been killed its consumers have two seconds for what is left. A
     * consumer that closes its own container kills it and does not wait.
     *
     * @param consumer takes each line; what it throws ends the command and reaches the caller
     * @return output in lines
     */
    static Output lines(Consumer<String> consumer) {
        return new Lines(consumer);
    }

    /**
     * Copied to a stream of this JVM. The stream is flushed at the end, not closed.
     *
     * @param stream takes the bytes
     * @return output to that stream
     */
    static Output to(OutputStream stream) {
        return new Sink(stream);
    }

    /**
     * Written to a file of the host, created if it is missing and emptied if not.
     *
     * @param path the file; made absolute
     * @return output to that file
     * @throws SandboxConfigException if the path is not in the default file system
     */
    static Output to(Path path) {
        return new File(path);
    }

    /**
     * Written to the same stream of this JVM's own process. The sandbox holds that file descriptor:
     * if it is a terminal, the command may do to it what a terminal allows.
     *
     * @return inherited output
     */
    static Output inherit() {
        return new Inherit();
    }

    /**
     * Written to {@code /dev/null}.
     *
     * @return discarded output
     */
    static Output discard() {
        return new Discard();
    }

    /**
     * A pipe: what is read from {@code getInputStream()} or {@code getErrorStream()} of the {@link
     * SandboxProcess}. The command waits while nobody reads. Only for {@link
     * Sandbox#start(Command)} and {@link Container#startExec(Command)}, which hand one out.
     *
     * @return output to a pipe
     */
    static Output pipe() {
        return new Pipe();
    }

    /**
     * Kept in the container's log only, see {@link Container#logs()}: without bound, for the log
     * forgets what is old. For commands that run for long.
     *
     * @return output to the log
     */
    static Output log() {
        return new Log();
    }

    /**
     * Output that is kept.
     *
     * @param max the most bytes to keep; empty for the sandbox's {@link
     *     Sandbox.Builder#outputLimit(MemorySize)}
     * @since 0.1
     */
    record Capture(OptionalLong max) implements Output {

        /**
         * Creates a captured output.
         *
         * @throws SandboxConfigException if {@code max} is not 1 to 2,147,483,639
         */
        public Capture {
            max.ifPresent(bytes -> CaptureLimit.check("capture", bytes));
        }
    }

    /**
     * Output in lines.
     *
     * @param consumer takes each line
     * @since 0.1
     */
    record Lines(Consumer<String> consumer) implements Output {

        /** Creates an output in lines. */
        public Lines {
            Objects.requireNonNull(consumer, "consumer");
        }
    }

    /**
     * Output to a stream of this JVM.
     *
     * @param stream takes the bytes; never closed by the library
     * @since 0.1
     */
    record Sink(OutputStream stream) implements Output {

        /** Creates an output to a stream. */
        public Sink {
            Objects.requireNonNull(stream, "stream");
        }
    }

    /**
     * Output to a file of the host.
     *
     * @param path the file, absolute
     * @since 0.1
     */
    record File(Path path) implements Output {

        /**
         * Creates an output to a file.
         *
         * @throws SandboxConfigException if the path is not in the default file system
         */
        public File {
            path = InsidePath.onHost("output file", path);
        }
    }

    /**
     * Output to the JVM's own stream.
     *
     * @since 0.1
     */
    record Inherit() implements Output {}

    /**
     * Output to a pipe.
     *
     * @since 0.1
     */
    record Pipe() implements Output {}

    /**
     * Output to the container's log.
     *
     * @since 0.1
     */
    record Log() implements Output {}

    /**
     * Output to nowhere.
     *
     * @since 0.1
     */
    record Discard() implements Output {}
}
