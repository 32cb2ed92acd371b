package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Bootstrap;
import io.bailey.sandbox.jmh.report.Interval;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Starts without a pause, for a while: whether they get slower, and whether anything piles up. A
 * plain process takes turns, so that a machine that gets slower is told from sandboxes that do.
 */
final class SteadyState {
    static final String TABLE = "steady state";
    static final String OURS = "Bailey";
    static final String PROCESS = "ProcessBuilder, no sandbox";
    private static final int BUCKETS = 30;
    private static final int WARM_UP = 500;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MIB = 1 << 20;

    private final Workbench bench;
    private final PrintStream out;
    private final Duration time;
    private final Results results;

    SteadyState(Workbench bench, PrintStream out, Duration time, Results results) {
        this.bench = bench;
        this.out = out;
        this.time = time;
        this.results = results;
    }

    void print(Setup setup) throws IOException, InterruptedException {
        Sample ours = new Sample();
        Sample process = new Sample();
        ProcessBuilder plain = new ProcessBuilder(bench.program().toString());
        String command = setup.command(bench);
        try (Sandbox sandbox = setup.walled(bench)) {
            for (int i = 0; i < WARM_UP; i++) {
                sandbox.run(command).orThrow();
                plain.start().waitFor();
            }
            String before = left();
            long began = System.nanoTime();
            for (int bucket = 1; bucket <= BUCKETS; bucket++) {
                Sample oursNow = new Sample();
                Sample processNow = new Sample();
                long end = began + time.toNanos() * bucket / BUCKETS;
                while (System.nanoTime() < end) {
                    long first = System.nanoTime();
                    sandbox.run(command).orThrow();
                    long second = System.nanoTime();
                    plain.start().waitFor();
                    long third = System.nanoTime();
                    add(ours, oursNow, second - first);
                    add(process, processNow, third - second);
                }
                double at = (double) time.toNanos() * bucket / BUCKETS / NANOS_PER_SECOND;
                report(at, OURS, oursNow);
                report(at, PROCESS, processNow);
            }
            print(setup, ours, process, before, left());
        }
    }

    private static void add(Sample all, Sample now, long nanos) {
        all.add(nanos);
        now.add(nanos);
    }

    private void report(double at, String what, Sample sample) {
        if (!sample.isEmpty()) {
            results.add(TABLE, what + ", p50", at, sample.median(), "ms");
            results.add(TABLE, what + ", p99", at, sample.percentile(99), "ms");
        }
    }

    private void print(Setup setup, Sample ours, Sample process, String before, String after) {
        out.printf(
                Locale.ROOT,
                "%n## Steady state: %s, %d starts in %d seconds, a plain process in turns%n%n",
                setup.title(),
                ours.times().size(),
                time.toSeconds());
        out.println("| what | p50 | p99 | min | p50 of the last third / of the first [95 %] |");
        out.println("| --- | --- | --- | --- | --- |");
        out.printf(Locale.ROOT, "| %s | %s | %s |%n", OURS, ours.cells(), drift(ours));
        out.printf(Locale.ROOT, "| %s | %s | %s |%n", PROCESS, process.cells(), drift(process));
        out.printf("%n- before: %s%n- after: %s%n", before, after);
    }

    private static Interval drift(Sample sample) {
        List<Long> times = sample.times();
        int third = times.size() / 3;
        long[] first = times.subList(0, third).stream().mapToLong(Long::longValue).toArray();
        long[] last =
                times.subList(times.size() - third, times.size()).stream()
                        .mapToLong(Long::longValue)
                        .toArray();
        return Bootstrap.ratio(last, first);
    }

    /** What there is once the garbage is gone. */
    private static String left() throws IOException {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return String.format(
                Locale.ROOT,
                "%s, %.1f MiB of heap",
                Leftovers.count(),
                memory.getHeapMemoryUsage().getUsed() / BYTES_PER_MIB);
    }
}
