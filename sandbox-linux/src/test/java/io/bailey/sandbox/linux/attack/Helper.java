package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A run of host.c, which takes away what it made when its input ends. */
record Helper(Process process, BufferedReader output) implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    /** Returns once it has made what it was told to. */
    static Helper start(Path host, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(host.toString()));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Helper helper = new Helper(process, process.inputReader());
        assertThat(helper.output.readLine()).as(String.join(" ", command)).isEqualTo("ready");
        return helper;
    }

    /** Runs one that ends by itself. */
    static void run(Path host, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(host.toString()));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    long pid() {
        return process.pid();
    }

    /** Ends it and returns what it has said since it was ready. */
    List<String> end() {
        try {
            process.getOutputStream().close();
            List<String> said = output.lines().toList();
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            return said;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            var _ = end();
        }
    }
}
