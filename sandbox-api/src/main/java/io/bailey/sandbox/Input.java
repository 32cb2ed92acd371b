package io.bailey.sandbox;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a command reads from its standard input.
 *
 * @since 0.1
 */
public sealed interface Input {

    /**
     * Nothing: the command finds the end of file at once. The default.
     *
     * @return empty input
     */
    static Input empty() {
        return new Empty();
    }

    /**
     * A text, in UTF-8.
     *
     * @param text the text; nothing is added to it
     * @return that text as input
     */
    static Input of(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Bytes.
     *
     * @param content the bytes; copied
     * @return those bytes as input
     */
    static Input of(byte[] content) {
        return new Bytes(content);
    }

    /**
     * A file of the host, opened when the command starts.
     *
     * @param path the file; made absolute
     * @return that file as input
     * @throws SandboxConfigException if the path is not in the default file system
     */
    static Input of(Path path) {
        return new File(path);
    }

    /**
     * A stream, read until its end or the end of the command. It is read once, so a command with it
     * runs once; it is not closed. What it throws ends the command and reaches the caller: half an
     * input never looks like a whole one.
     *
     * @param stream the stream
     * @return that stream as input
     */
    static Input of(InputStream stream) {
        return new Source(stream);
    }

    /**
     * A pipe: what is written to {@code getOutputStream()} of the {@link SandboxProcess}. Only for
     * {@link Sandbox#start(Command)} and {@link Container#startExec(Command)}, which hand one out.
     *
     * @return input from a pipe
     */
    static Input pipe() {
        return new Pipe();
    }

    /**
     * No input.
     *
     * @since 0.1
     */
    record Empty() implements Input {}

    /**
     * Input from a pipe.
     *
     * @since 0.1
     */
    record Pipe() implements Input {}

    /**
     * Input from memory.
     *
     * @param content the bytes
     * @since 0.1
     */
    @SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
    record Bytes(byte[] content) implements Input {

        /** Creates an input with a copy of the bytes. */
        public Bytes {
            content = content.clone();
        }

        /**
         * Returns the bytes.
         *
         * @return a copy
         */
        @Override
        public byte[] content() {
            return content.clone();
        }

        @Override
        @SuppressWarnings("exports") // callers need JSpecify only if they want its checks
        public boolean equals(@Nullable Object other) {
            return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(content);
        }

        /** Returns the length; the content may be a secret. */
        @Override
        public String toString() {
            return "Bytes[content=" + content.length + " bytes]";
        }
    }

    /**
     * Input from a file of the host.
     *
     * @param path the file, absolute
     * @since 0.1
     */
    record File(Path path) implements Input {

        /**
         * Creates an input from a file.
         *
         * @throws SandboxConfigException if the path is not in the default file system
         */
        public File {
            path = InsidePath.onHost("stdin", path);
        }
    }

    /**
     * Input from a stream of this JVM.
     *
     * @param stream the stream; never closed by the library
     * @since 0.1
     */
    record Source(InputStream stream) implements Input {

        /** Creates an input from a stream. */
        public Source {
            Objects.requireNonNull(stream, "stream");
        }
    }
}
