package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Many runs from several threads: how many a second, how many fail, and what they leave behind. */
final class Throughput {
    private static final int THREADS = 8;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Workbench bench;
    private final PrintStream out;
    private final int runs;
    private final AtomicInteger failures = new AtomicInteger();

    Throughput(Workbench bench, PrintStream out, int runs) {
        this.bench = bench;
        this.out = out;
        this.runs = runs;
    }

    void print(Setup setup) throws IOException, InterruptedException {
        try (Sandbox walled = setup.walled(bench);
                Sandbox bare = setup.bare(bench)) {
            String command = setup.command(bench);
            perSecond(walled, command, Math.max(THREADS, runs / 10));
            perSecond(bare, command, Math.max(THREADS, runs / 10));
            failures.set(0);
            Leftovers before = Leftovers.count();
            double ours = perSecond(walled, command, runs);
            double without = perSecond(bare, command, runs);
            Leftovers after = Leftovers.count();
            out.printf(
                    Locale.ROOT,
                    "%n## Throughput: %s, %d runs from %d threads%n%n",
                    setup.title(),
                    runs,
                    THREADS);
            out.printf(
                    Locale.ROOT,
                    "- Bailey: %.0f runs a second, %.0f without walls, %d failures%n",
                    ours,
                    without,
                    failures.get());
            out.printf(
                    Locale.ROOT, "- C floor: %s%n", Floor.throughput(bench, setup, runs, THREADS));
            out.printf(Locale.ROOT, "- before: %s%n- after: %s%n", before, after);
        }
    }

    private double perSecond(Sandbox sandbox, String command, int count) {
        AtomicInteger left = new AtomicInteger(count);
        long began = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                threads.execute(() -> work(sandbox, command, left));
            }
        }
        return count * NANOS_PER_SECOND / (System.nanoTime() - began);
    }

    private void work(Sandbox sandbox, String command, AtomicInteger left) {
        while (left.getAndDecrement() > 0) {
            try {
                sandbox.run(command).orThrow();
            } catch (SandboxException failure) {
                failures.incrementAndGet();
                out.println("failure: " + failure);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
