package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * What containers cost that live: a further command in one, and a thousand of them at once, as
 * Markdown on stdout. Run as root on a machine that is otherwise quiet, from the top of the source
 * tree:
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench.main=io.bailey.sandbox.jmh.ContainersReport verify
 * }
 *
 * and with {@code -Dbench=--quick} for a look in a minute.
 */
public final class ContainersReport {
    private ContainersReport() {}

    /** Prints the report; ends with 1 if something is far too slow or too large. */
    public static void main(String[] args) throws IOException, InterruptedException {
        boolean quick = List.of(args).contains("--quick");
        PrintStream out = System.out;
        Results results = new Results();
        boolean well;
        try (Workbench bench = Workbench.open()) {
            well = new ExecTable(bench, out, quick ? 100 : 1_000, results).print();
            well &= new Crowd(bench, out, quick ? 100 : 1_000, results).print();
        }
        out.printf(
                Locale.ROOT,
                "%n%d processors, Linux %s, Java %s%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                Runtime.version());
        if (!well) {
            System.exit(1);
        }
    }
}
