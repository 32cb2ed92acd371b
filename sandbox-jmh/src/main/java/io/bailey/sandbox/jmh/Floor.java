package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The C floor: the system calls of a sandbox made by a C program. Its sources lie beside this
 * class's resources.
 */
final class Floor {
    /** What a table says where there is none. */
    static final String MISSING = "no C floor: gcc not found";

    private Floor() {}

    /**
     * One that takes turns, if there is a compiler. Each run answers with the times of its phases.
     */
    static Optional<Partner> partner(Workbench bench, Setup setup) throws IOException {
        return bench.floor().isPresent()
                ? Optional.of(
                        Partner.start(
                                command(bench, bench.floor().get(), setup, List.of("--server"))))
                : Optional.empty();
    }

    /** What it says of {@code runs} runs from {@code threads} threads. */
    static String throughput(Workbench bench, Setup setup, int runs, int threads)
            throws IOException, InterruptedException {
        if (bench.floor().isEmpty()) {
            return MISSING;
        }
        List<String> options =
                List.of("--runs", Integer.toString(runs), "--threads", Integer.toString(threads));
        Process process =
                new ProcessBuilder(command(bench, bench.floor().get(), setup, options))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String answer =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        if (process.waitFor() != 0) {
            throw new IOException("the floor failed; its message is above");
        }
        return answer.strip();
    }

    private static List<String> command(
            Workbench bench, Workbench.FloorPrograms programs, Setup setup, List<String> options) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                programs.parent().toString(),
                                "--init",
                                programs.init().toString()));
        command.addAll(setup.floorOptions(bench));
        command.addAll(options);
        return command;
    }
}
