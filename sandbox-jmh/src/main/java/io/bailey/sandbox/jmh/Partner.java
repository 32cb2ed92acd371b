package io.bailey.sandbox.jmh;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that makes one run when it is asked to, so that several can take turns and meet the
 * same weather.
 */
final class Partner implements AutoCloseable {
    private static final long SECONDS_TO_END = 10;

    private final Process process;
    private final OutputStream requests;
    private final BufferedReader answers;

    private Partner(Process process) {
        this.process = process;
        this.requests = process.getOutputStream();
        this.answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** Starts {@code command}, which answers each byte on stdin with a line of numbers. */
    static Partner start(List<String> command) throws IOException {
        return new Partner(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /** Makes one run. Returns its times, in nanoseconds by the partner's own clock. */
    long[] run() throws IOException {
        requests.write('r');
        requests.flush();
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the partner ended; its message is above");
        }
        return Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    /** Its end of input is its end; one that does not end is ended. */
    @Override
    public void close() throws IOException {
        requests.close();
        try {
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stopped) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
