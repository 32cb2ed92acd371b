package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Many runs from several threads: how many a second, how many fail, and what they leave behind. */
final class Throughput {
    static final String TABLE = "throughput: ";
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int LEAST_WARM_UP = 8;

    private final Workbench bench;
    private final PrintStream out;
    private final int runs;
    private final Results results;
    private final AtomicInteger failures = new AtomicInteger();

    Throughput(Workbench bench, PrintStream out, int runs, Results results) {
        this.bench = bench;
        this.out = out;
        this.runs = runs;
        this.results = results;
    }

    /** What is done again and again. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    void print(Setup setup, List<Integer> threadCounts) throws IOException, InterruptedException {
        String command = setup.command(bench);
        ProcessBuilder plain = new ProcessBuilder(bench.program().toString());
        out.printf(
                Locale.ROOT,
                "%n## Throughput: %s, %d runs, how many a second%n%n",
                setup.title(),
                runs);
        out.println("| threads | Bailey | without walls | C floor | ProcessBuilder |");
        out.println("| --- | --- | --- | --- | --- |");
        try (Sandbox walled = setup.walled(bench);
                Sandbox bare = setup.bare(bench)) {
            int warmUp = Math.max(LEAST_WARM_UP, runs / 10);
            perSecond(() -> walled.run(command).orThrow(), warmUp, LEAST_WARM_UP);
            perSecond(() -> bare.run(command).orThrow(), warmUp, LEAST_WARM_UP);
            failures.set(0);
            Leftovers before = Leftovers.count();
            for (int threads : threadCounts) {
                String table = TABLE + setup.title();
                double ours = perSecond(() -> walled.run(command).orThrow(), runs, threads);
                double without = perSecond(() -> bare.run(command).orThrow(), runs, threads);
                OptionalDouble floor = Floor.throughput(bench, setup, runs, threads);
                double process = perSecond(() -> plain.start().waitFor(), runs, threads);
                report(table, "Bailey", threads, ours);
                report(table, "Bailey, without walls", threads, without);
                floor.ifPresent(rate -> report(table, "C floor", threads, rate));
                report(table, "ProcessBuilder, no sandbox", threads, process);
                out.printf(
                        Locale.ROOT,
                        "| %d | %.0f | %.0f | %s | %.0f |%n",
                        threads,
                        ours,
                        without,
                        floor.isPresent()
                                ? String.format(Locale.ROOT, "%.0f", floor.getAsDouble())
                                : "–",
                        process);
            }
            out.printf(Locale.ROOT, "%n- failures: %d%n", failures.get());
            out.printf(Locale.ROOT, "- before: %s%n- after: %s%n", before, Leftovers.count());
        }
    }

    private void report(String table, String row, int threads, double rate) {
        results.add(table, row, threads, rate, "starts a second");
    }

    private double perSecond(Work work, int count, int threads) {
        AtomicInteger left = new AtomicInteger(count);
        long began = System.nanoTime();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                executor.execute(() -> repeat(work, left));
            }
        }
        return count * NANOS_PER_SECOND / (System.nanoTime() - began);
    }

    private void repeat(Work work, AtomicInteger left) {
        while (left.getAndDecrement() > 0) {
            try {
                work.run();
            } catch (IOException | RuntimeException failure) {
                failures.incrementAndGet();
                out.println("failure: " + failure);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
