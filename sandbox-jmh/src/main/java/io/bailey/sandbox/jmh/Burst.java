package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many starts at one moment, each from a thread of its own: how long until each has its result,
 * from the moment that all were let go. None may fail.
 */
final class Burst {
    static final String TABLE = "burst";
    static final String OURS = "Bailey, walls included";
    static final String FLOOR = "C floor, no walls";
    static final String PROCESS = "ProcessBuilder, no sandbox";
    static final int AT_ONCE = 200;

    private final Workbench bench;
    private final PrintStream out;
    private final int rounds;
    private final Results results;

    Burst(Workbench bench, PrintStream out, int rounds, Results results) {
        this.bench = bench;
        this.out = out;
        this.rounds = rounds;
        this.results = results;
    }

    void print(Setup setup) throws IOException, InterruptedException {
        Sample ours = new Sample();
        Sample floor = new Sample();
        Sample process = new Sample();
        ProcessBuilder plain = new ProcessBuilder(bench.program().toString());
        String command = setup.command(bench);
        try (Sandbox sandbox = setup.walled(bench)) {
            for (int round = -1; round < rounds; round++) {
                List<Long> first = atOnce(() -> sandbox.run(command).orThrow());
                List<Long> second = Floor.burst(bench, setup, AT_ONCE);
                List<Long> third = atOnce(() -> plain.start().waitFor());
                if (round >= 0) {
                    first.forEach(ours::add);
                    second.forEach(floor::add);
                    third.forEach(process::add);
                }
            }
        }
        ours.report(results, TABLE, OURS);
        floor.report(results, TABLE, FLOOR);
        process.report(results, TABLE, PROCESS);
        out.printf(
                Locale.ROOT,
                "%n## %d starts at once: %s, milliseconds from the common beginning to each result,"
                        + " %d bursts, no failure%n%n",
                AT_ONCE,
                setup.title(),
                rounds);
        out.println("| what | p50 | p99 | max |");
        out.println("| --- | --- | --- | --- |");
        printRow(OURS, ours);
        printRow(FLOOR, floor);
        printRow(PROCESS, process);
    }

    private void printRow(String what, Sample sample) {
        if (!sample.isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f | %.0f |%n",
                    what,
                    sample.median(),
                    sample.percentile(99),
                    sample.percentile(100));
        }
    }

    private static List<Long> atOnce(Callable<?> start) throws IOException, InterruptedException {
        CountDownLatch here = new CountDownLatch(AT_ONCE);
        CountDownLatch go = new CountDownLatch(1);
        long[] released = new long[1];
        List<Future<Long>> ends = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 0; i < AT_ONCE; i++) {
                ends.add(
                        threads.submit(() -> {
                            here.countDown();
                            go.await();
                            start.call();
                            return System.nanoTime();
                        }));
            }
            here.await();
            released[0] = System.nanoTime();
            go.countDown();
        }
        List<Long> times = new ArrayList<>();
        for (Future<Long> end : ends) {
            try {
                times.add(end.get() - released[0]);
            } catch (ExecutionException failure) {
                throw new IOException("a start of a burst failed", failure.getCause());
            }
        }
        return times;
    }
}
