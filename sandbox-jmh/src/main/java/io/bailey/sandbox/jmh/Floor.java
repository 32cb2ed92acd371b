package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

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

    /** How many runs a second it makes from so many threads, if there is a compiler. */
    static OptionalDouble throughput(Workbench bench, Setup setup, int runs, int threads)
            throws IOException, InterruptedException {
        if (bench.floor().isEmpty()) {
            return OptionalDouble.empty();
        }
        String answer =
                ask(
                        bench,
                        bench.floor().get(),
                        setup,
                        "--runs",
                        Integer.toString(runs),
                        "--threads",
                        Integer.toString(threads));
        return OptionalDouble.of(Double.parseDouble(answer.substring(answer.lastIndexOf(' ') + 1)));
    }

    /** The times of so many runs that begin at once, in nanoseconds; none without a compiler. */
    static List<Long> burst(Workbench bench, Setup setup, int threads)
            throws IOException, InterruptedException {
        if (bench.floor().isEmpty()) {
            return List.of();
        }
        String answer =
                ask(
                        bench,
                        bench.floor().get(),
                        setup,
                        "--threads",
                        Integer.toString(threads),
                        "--burst");
        return Arrays.stream(answer.split(" ", -1)).map(Long::valueOf).toList();
    }

    private static String ask(
            Workbench bench, Workbench.FloorPrograms programs, Setup setup, String... options)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command(bench, programs, setup, List.of(options)))
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
