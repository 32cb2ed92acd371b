package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A program carried out by a process of its own, and what came of it. Standard output is its status
 * descriptor as well, so what it wrote and the error record arrive on one pipe.
 */
final class Run {
    static final int KIND = 4711;
    private static final int STATUS_FD = 1;
    private static final int ROOM = 1 << 16;
    private static final int SECONDS = 20;

    private final int exit;
    private final byte[] output;

    private Run(int exit, byte[] output) {
        this.exit = exit;
        this.output = output;
    }

    static Run of(Consumer<ProgramBuilder> steps) throws IOException, InterruptedException {
        return of("", Map.of(), steps);
    }

    static Run of(String input, Map<Binding, Long> values, Consumer<ProgramBuilder> steps)
            throws IOException, InterruptedException {
        ProgramBuilder program = new ProgramBuilder("test");
        steps.accept(program);
        return of(input, Images.of(program.build().link(), KIND, STATUS_FD, values));
    }

    /**
     * The same program, but that its image ends where it reads the rest, which is its input.
     *
     * @param head the steps up to there
     * @param rest those from there on
     */
    static Run cut(Consumer<ProgramBuilder> head, Consumer<ProgramBuilder> rest)
            throws IOException, InterruptedException {
        ProgramBuilder program = new ProgramBuilder("test");
        head.accept(program);
        program.call(Sys.READ, Argument.of(0), Argument.of(Blob.rest(ROOM)), Argument.of(ROOM));
        LinkedProgram linked = program.build().link();
        ProgramBuilder whole = program.copy();
        rest.accept(whole);
        byte[] input = linked.rest(whole.build()).orElseThrow();
        return of(input, Images.of(linked, KIND, STATUS_FD, Map.of()));
    }

    /** With no input. */
    static Run of(LinkedProgram program) throws IOException, InterruptedException {
        return of("", Images.of(program, KIND, STATUS_FD, Map.of()));
    }

    private static Run of(String input, byte[] image) throws IOException, InterruptedException {
        return of(input.getBytes(StandardCharsets.UTF_8), image);
    }

    /**
     * A memfd, not a file: a fork by another thread may hold a file open for writing, and exec says
     * ETXTBSY then.
     */
    private static Run of(byte[] input, byte[] image) throws IOException, InterruptedException {
        Linux linux = Linux.host();
        int number = linux.memfdCreate("bailey-test", Linux.MFD_EXEC);
        if (number == -Errno.EINVAL) {
            number = linux.memfdCreate("bailey-test", 0); // MFD_EXEC came with Linux 6.3
        }
        try (Fd file = linux.own(number)) {
            assertThat(linux.writeAll(file.number(), image)).isZero();
            String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + file.number();
            Process process = new ProcessBuilder(path).start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input);
            }
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the program did not end");
            }
            return new Run(process.exitValue(), process.getInputStream().readAllBytes());
        }
    }

    int exit() {
        return exit;
    }

    String text() {
        return new String(output, StandardCharsets.UTF_8);
    }

    /** The output is one error record, this one. */
    void failedAt(int operation, int errno) {
        assertThat(exit).isEqualTo(127);
        assertThat(output).hasSize(16);
        ByteBuffer record = ByteBuffer.wrap(output).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(record.getInt(0)).as("kind").isEqualTo(KIND);
        assertThat(record.getInt(4)).as("operation").isEqualTo(operation);
        assertThat(record.getLong(8)).as("errno").isEqualTo(errno);
    }
}
