package io.bailey.sandbox.jmh;

import com.sun.management.ThreadMXBean;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What a start allocates on the Java heap, by all threads of the JVM together. */
final class Allocation {
    static final String TABLE = "allocation";
    private static final String UNIT = "bytes a start";

    private final Workbench bench;
    private final PrintStream out;
    private final int rounds;
    private final Results results;

    /** The allocation of all threads, those that have ended too; since Java 21. */
    private final ThreadMXBean threads =
            ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class);

    Allocation(Workbench bench, PrintStream out, int rounds, Results results) {
        this.bench = bench;
        this.out = out;
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
                "%n## Java heap allocated by a start, all threads together: bytes, mean of %d%n%n",
                rounds);
        out.println("| what | bytes |");
        out.println("| --- | --- |");
        for (Setup setup : new Setup[] {Setup.READ_ONLY, Setup.OVERLAY_NET_LIMITS}) {
            String command = setup.command(bench);
            try (Sandbox sandbox = setup.walled(bench)) {
                row("Bailey, " + setup.title(), () -> sandbox.run(command).orThrow());
            }
        }
        ProcessBuilder plain = new ProcessBuilder(bench.program().toString());
        row("ProcessBuilder", () -> plain.start().waitFor());
    }

    private void row(String what, Work work) throws IOException, InterruptedException {
        for (int i = 0; i < rounds; i++) {
            work.run();
        }
        long before = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < rounds; i++) {
            work.run();
        }
        double each = (threads.getTotalThreadAllocatedBytes() - before) / (double) rounds;
        results.add(TABLE, what, 0, each, UNIT);
        out.printf(Locale.ROOT, "| %s | %,.0f |%n", what, each);
    }
}
