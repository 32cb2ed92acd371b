package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

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
        return of(input, InitImage.of(program.build().link(), KIND, STATUS_FD, values));
    }

    /**
     * A memfd, not a file: a fork by another thread may hold a file open for writing, and exec says
     * ETXTBSY then.
     */
    private static Run of(String input, byte[] image) throws IOException, InterruptedException {
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
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
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
