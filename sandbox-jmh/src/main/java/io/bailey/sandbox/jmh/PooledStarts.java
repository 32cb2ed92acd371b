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

/**
 * Commands in sandboxes that wait for them, in turns with a plain process, and in turns with the C
 * floor of one. The pool is filled between batches: what making one costs is what a cold start
 * costs, see {@link StartTable}.
 */
final class PooledStarts {
    /** Of what is measured in turns; a row for each setup and way. */
    static final String TABLE = "pooled";

    static final String POOLED = ", pooled";
    static final String PROCESS = ", ProcessBuilder";
    static final String FLOOR = ", C floor";

    private static final int SIZE = 32;
    private static final int BATCH = 24;

    /** By then the JIT has done what it will do. */
    private static final int WARM_UP = 2_000;

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

    /** Times that were measured in turns. */
    private record Pair(Sample pooled, Sample other) {
        String cells() {
            return String.format(
                    Locale.ROOT,
                    "%s | %s | %.2f | %.2f",
                    pooled.cells(),
                    other.cells(),
                    pooled.median() / other.median(),
                    pooled.least() / other.least());
        }
    }

    void print(List<Setup> setups) throws IOException, InterruptedException {
        out.printf(
                Locale.ROOT,
                "%n## From a pool: milliseconds, %d rounds in turns, filled between batches%n",
                rounds);
        for (String other : List.of(PROCESS, FLOOR)) {
            String title = other.substring(2);
            if (other.equals(FLOOR) && bench.bareFloor().isEmpty()) {
                out.printf("%n%s%n", Floor.MISSING);
                continue;
            }
            out.printf(
                    "%n| setup | pooled p50 | p99 | min | %s p50 | p99 | min | pooled / %s p50 | min |%n",
                    title, title);
            out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
            for (Setup setup : setups) {
                Pair pair = measure(setup, other);
                pair.pooled.report(results, TABLE, setup.title() + POOLED + other);
                pair.other.report(results, TABLE, setup.title() + other);
                out.printf("| %s | %s |%n", setup.title(), pair.cells());
            }
        }
    }

    private Pair measure(Setup setup, String other) throws IOException, InterruptedException {
        if (other.equals(PROCESS)) {
            ProcessBuilder plain = new ProcessBuilder(bench.program().toString());
            return measure(setup, () -> time(() -> plain.start().waitFor()));
        }
        try (Partner floor = bareFloor()) {
            return measure(setup, () -> floor.run()[0]);
        }
    }

    /** Each pair by itself: what another leaves in the caches is in neither. */
    private Pair measure(Setup setup, Timed other) throws IOException, InterruptedException {
        PoolOptions options = PoolOptions.builder(SIZE).minimumIdle(1).build();
        String command = setup.command(bench);
        Pair pair = new Pair(new Sample(), new Sample());
        try (Sandbox sandbox = setup.walled(bench);
                Pool pool = sandbox.pool(options)) {
            int warmUp = Math.min(4 * rounds, WARM_UP);
            for (int round = -warmUp; round < rounds; round++) {
                if ((round + warmUp) % BATCH == 0) {
                    pool.awaitFull(PATIENCE);
                }
                boolean count = round >= 0;
                add(pair.pooled, count, time(() -> ended(pool.run(command))));
                add(pair.other, count, other.nanos());
            }
            if (pool.stats().cold() > 0) {
                throw new IOException("the pool ran dry: " + pool.stats());
            }
        }
        return pair;
    }

    private Partner bareFloor() throws IOException {
        return Partner.start(
                List.of(bench.bareFloor().orElseThrow().toString(), bench.program().toString()));
    }

    private static void ended(Result result) {
        result.orThrow();
    }

    private interface Timed {
        long nanos() throws IOException, InterruptedException;
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
