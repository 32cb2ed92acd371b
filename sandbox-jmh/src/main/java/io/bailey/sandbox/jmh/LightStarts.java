package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Commands that need no new namespaces: in the unprivileged isolation, in a container that runs
 * already, beside a plain process and {@code nsenter}, in turns.
 */
final class LightStarts {
    private static final String TABLE = "without new namespaces";

    private LightStarts() {}

    static void print(Workbench bench, PrintStream out, int rounds, Results results)
            throws IOException, InterruptedException {
        String program = bench.program().toString();
        Sample unprivileged = new Sample();
        Sample entered = new Sample();
        Sample process = new Sample();
        String directory = bench.root().toString();
        try (Sandbox light =
                        Sandbox.builder()
                                .isolation(Isolation.UNPRIVILEGED)
                                .mount(Mount.readOnly(bench.root(), directory))
                                .build();
                Sandbox full = Sandbox.builder().build();
                Container container = full.start("sleep", "infinity")) {
            for (int round = -rounds / 2; round < rounds; round++) {
                long first = System.nanoTime();
                light.run(program).orThrow();
                long second = System.nanoTime();
                container.exec(program).orThrow();
                long third = System.nanoTime();
                new ProcessBuilder(program).start().waitFor();
                long fourth = System.nanoTime();
                if (round >= 0) {
                    unprivileged.add(second - first);
                    entered.add(third - second);
                    process.add(fourth - third);
                }
            }
            container.kill();
        }
        unprivileged.report(results, TABLE, "Isolation.UNPRIVILEGED, run");
        entered.report(results, TABLE, "Container.exec");
        process.report(results, TABLE, "ProcessBuilder");
        out.printf(
                Locale.ROOT,
                "%n## Without new namespaces: milliseconds, %d rounds in turns%n%n",
                rounds);
        out.println("| what | p50 | p99 | min | p50 / ProcessBuilder |");
        out.println("| --- | --- | --- | --- | --- |");
        printRow(out, "Isolation.UNPRIVILEGED, run", unprivileged, process);
        printRow(out, "Container.exec", entered, process);
        printRow(out, "ProcessBuilder", process, process);
    }

    private static void printRow(PrintStream out, String what, Sample sample, Sample process) {
        out.printf(
                Locale.ROOT,
                "| %s | %s | %.2f |%n",
                what,
                sample.cells(),
                sample.median() / process.median());
    }
}
