package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Pool;
import io.bailey.sandbox.PoolOptions;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Commands in sandboxes that wait for them, beside the same started cold, a plain process and the C
 * floor of one, in turns. The pool is filled between batches: what making one costs is in the cold
 * row, not here.
 */
final class PooledStarts {
    /** Of what is measured in turns; a row for each setup and way. */
    static final String TABLE = "pooled";

    static final String POOLED = ", pooled";
    static final String PROCESS = ", ProcessBuilder";
    static final String FLOOR = ", C floor";

    private static final int SIZE = 32;
    private static final int BATCH = 24;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Workbench bench;
    private final PrintStream out;
    private final int rounds;
    private final Results results;

    PooledStarts(Workbench bench, PrintStream out, int rounds, Results results) {
        this.bench = bench;
        this.out = out;
        this.rounds = rounds;
        this.results = results;
    }

    void print(List<Setup> setups) throws IOException, InterruptedException {
        out.printf(
                Locale.ROOT,
                "%n## From a pool: milliseconds, %d rounds in turns, filled between batches%n%n",
                rounds);
        out.println(
                "| setup | pooled p50 | p99 | min | cold p50 | p99 | min | ProcessBuilder p50 | p99 | min "
                        + "| C floor p50 | p99 | min | pooled / ProcessBuilder p50 | min "
                        + "| pooled / C floor p50 | min |");
        out.println(
                "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Setup setup : setups) {
            row(setup);
        }
    }

    private void row(Setup setup) throws IOException, InterruptedException {
        PoolOptions options = PoolOptions.builder(SIZE).minimumIdle(1).build();
        String command = setup.command(bench);
        Optional<Partner> floor = bareFloor();
        Sample pooled = new Sample();
        Sample cold = new Sample();
        Sample process = new Sample();
        Sample theirs = new Sample();
        try (Sandbox sandbox = setup.walled(bench);
                Pool pool = sandbox.pool(options)) {
            ProcessBuilder plain = new ProcessBuilder(bench.program().toString());
            for (int round = -rounds / 2; round < rounds; round++) {
                if ((round + rounds / 2) % BATCH == 0) {
                    pool.awaitFull(PATIENCE);
                }
                boolean count = round >= 0;
                add(pooled, count, time(() -> ended(pool.run(command))));
                add(cold, count, time(() -> ended(sandbox.run(command))));
                add(process, count, time(() -> plain.start().waitFor()));
                if (floor.isPresent()) {
                    add(theirs, count, floor.get().run()[0]);
                }
            }
            if (pool.stats().cold() > 0) {
                throw new IOException("the pool ran dry: " + pool.stats());
            }
        } finally {
            if (floor.isPresent()) {
                floor.get().close();
            }
        }
        pooled.report(results, TABLE, setup.title() + POOLED);
        cold.report(results, TABLE, setup.title() + ", cold");
        process.report(results, TABLE, setup.title() + PROCESS);
        theirs.report(results, TABLE, setup.title() + FLOOR);
        out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %.2f | %.2f | %s |%n",
                setup.title(),
                pooled.cells(),
                cold.cells(),
                process.cells(),
                theirs.isEmpty() ? Floor.MISSING + " | | " : theirs.cells(),
                pooled.median() / process.median(),
                pooled.least() / process.least(),
                theirs.isEmpty()
                        ? " | "
                        : String.format(
                                Locale.ROOT,
                                "%.2f | %.2f",
                                pooled.median() / theirs.median(),
                                pooled.least() / theirs.least()));
    }

    private Optional<Partner> bareFloor() throws IOException {
        return bench.bareFloor().isPresent()
                ? Optional.of(
                        Partner.start(
                                List.of(
                                        bench.bareFloor().get().toString(),
                                        bench.program().toString())))
                : Optional.empty();
    }

    private static void ended(Result result) {
        result.orThrow();
    }

    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    private static long time(Task task) throws IOException, InterruptedException {
        long began = System.nanoTime();
        task.run();
        return System.nanoTime() - began;
    }

    private static void add(Sample sample, boolean count, long nanos) {
        if (count) {
            sample.add(nanos);
        }
    }
}
