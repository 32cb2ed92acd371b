package io.bailey.sandbox.jmh;

import com.sun.management.ThreadMXBean;

import io.bailey.sandbox.Pool;
import io.bailey.sandbox.PoolOptions;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a start allocates on the Java heap, once the JIT has done what it will do: a cold one by all
 * threads of the JVM together, one from a pool by the thread that takes it. What making the next
 * for the pool allocates meanwhile is told beside it.
 */
final class Allocation {
    static final String TABLE = "allocation";
    static final String COLD = "cold: ";
    static final String POOLED = "pooled: ";

    /** What C2 leaves out by then, it leaves out for good. */
    static final int WARM = 3_000;

    /** The most that a cold start may allocate, in KiB. */
    static final double COLD_KIB = 16;

    /** The most that a start from a pool may. */
    static final double POOLED_KIB = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int POOL = 4;
    private static final String UNIT = "bytes a start";

    private final Workbench bench;
    private final PrintStream out;
    private final int warmUp;
    private final int rounds;
    private final Results results;

    /** The allocation of all threads, those that have ended too; since Java 21. */
    private final ThreadMXBean threads =
            ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class);

    Allocation(Workbench bench, PrintStream out, int warmUp, int rounds, Results results) {
        this.bench = bench;
        this.out = out;
        this.warmUp = warmUp;
        this.rounds = rounds;
        this.results = results;
    }

    /** What is done again and again. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    void print() throws IOException, InterruptedException {
        out.printf(
                Locale.ROOT,
                "%n## Java heap allocated by a start: bytes, mean of %d after %d%n%n",
                rounds,
                warmUp);
        out.println("| what | by the start itself | by all threads together |");
        out.println("| --- | --- | --- |");
        for (Setup setup : List.of(Setup.HOST, Setup.READ_ONLY, Setup.OVERLAY_NET_LIMITS)) {
            String command = setup.command(bench);
            try (Sandbox sandbox = setup.walled(bench)) {
                row(COLD + setup.title(), true, () -> {}, () -> sandbox.run(command).orThrow());
            }
        }
        for (Setup setup : List.of(Setup.HOST, Setup.READ_ONLY, Setup.OVERLAY_NET_LIMITS)) {
            String command = setup.command(bench);
            try (Sandbox sandbox = setup.walled(bench);
                    Pool pool = sandbox.pool(PoolOptions.ofSize(POOL))) {
                row(
                        POOLED + setup.title(),
                        false,
                        () -> pool.awaitFull(PATIENCE),
                        () -> pool.run(command).orThrow());
            }
        }
        ProcessBuilder plain = new ProcessBuilder(bench.program().toString());
        row("ProcessBuilder", true, () -> {}, () -> plain.start().waitFor());
    }

    private void row(String what, boolean all, Work before, Work work)
            throws IOException, InterruptedException {
        for (int i = 0; i < warmUp; i++) {
            before.run();
            work.run();
        }
        long itself = 0;
        long everybody = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < rounds; i++) {
            before.run();
            long own = threads.getCurrentThreadAllocatedBytes();
            work.run();
            itself += threads.getCurrentThreadAllocatedBytes() - own;
        }
        everybody = threads.getTotalThreadAllocatedBytes() - everybody;
        results.add(TABLE, what, 0, (double) (all ? everybody : itself) / rounds, UNIT);
        out.printf(Locale.ROOT, "| %s | %,d | %,d |%n", what, itself / rounds, everybody / rounds);
    }
}
