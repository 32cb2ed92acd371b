package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * What a start costs, as Markdown on stdout: Bailey, the same system calls from C, a plain process,
 * in turns in one run. Run as root on a machine that is otherwise quiet, from the top of the source
 * tree:
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -pl sandbox-jmh -am -DskipTests -Dbench.main=io.bailey.sandbox.jmh.StartReport verify
 * }
 *
 * and with {@code -Dbench=--quick} for a look in a minute, with {@code -Dbench=--pooled} for the
 * starts from a pool alone. Noise from outside hits all that take turns alike: trust the ratios
 * more than the times.
 */
public final class StartReport {
    private static final double NANOS_PER_SECOND = 1e9;

    private static final int THREADS = 8;

    private StartReport() {}

    /** How much of each. */
    private record Scale(
            int rounds,
            int flatRounds,
            int heapGigabytes,
            int freshJvms,
            int runs,
            int warmAllocation) {
        private static final Scale FULL = new Scale(1_000, 500, 4, 10, 5_000, Allocation.WARM);
        private static final Scale QUICK = new Scale(100, 100, 1, 3, 400, 1_000);
    }

    /**
     * Prints the report; {@code --quick} shrinks everything. Ends with 1 if a budget is not kept.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Scale scale = List.of(args).contains("--quick") ? Scale.QUICK : Scale.FULL;
        PrintStream out = System.out;
        Results results = new Results();
        long began = System.nanoTime();
        boolean kept;
        try (Workbench bench = Workbench.open()) {
            if (List.of(args).contains("--pooled")) {
                pooled(bench, out, scale, results);
                new StartBudgets(results).print(out);
                return;
            }
            new StartTable(bench, out, scale.rounds(), results).print(List.of(Setup.values()));
            pooled(bench, out, scale, results);
            LightStarts.print(bench, out, scale.rounds(), results);
            Flatness.print(bench, out, scale.flatRounds(), scale.heapGigabytes(), results);
            FirstStart.print(bench, out, scale.freshJvms(), results);
            for (Setup setup : List.of(Setup.READ_ONLY, Setup.OVERLAY_NET_LIMITS)) {
                new Throughput(bench, out, scale.runs(), results).print(setup, List.of(THREADS));
            }
            new Allocation(bench, out, scale.warmAllocation(), scale.rounds(), results).print();
            kept = new StartBudgets(results).print(out);
        }
        out.printf(
                Locale.ROOT,
                "%n%d processors, Linux %s, Java %s, %.0f seconds%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                Runtime.version(),
                (System.nanoTime() - began) / NANOS_PER_SECOND);
        if (!kept) {
            System.exit(1);
        }
    }

    private static void pooled(Workbench bench, PrintStream out, Scale scale, Results results)
            throws IOException, InterruptedException {
        new PooledStarts(bench, out, scale.rounds(), results).print(BenchmarkSuite.POOLED);
    }
}
