package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Results;
import io.bailey.sandbox.jmh.report.Results.Series;

import java.io.PrintStream;
import java.util.Optional;

/**
 * What a start may cost, as ratios measured in one run, and in heap: the budgets are twice what is
 * asked, or twice what was reached where that is more. They are for noisy machines, and still
 * notice when a trick is lost: a floor twice as far away is one fork of a JVM, one wait too many.
 */
final class StartBudgets {
    private static final double KIB = 1024;
    private static final double COLD = 1.25;
    private static final double POOLED_TO_PROCESS = 0.75;
    private static final double POOLED_TO_FLOOR = 1.2;
    private static final double POOLED_TO_FLOOR_REACHED = 2;

    private final Results results;
    private final Figures figures = new Figures();

    StartBudgets(Results results) {
        this.results = results;
    }

    /** Prints them. Returns whether all are kept; what was not measured is. */
    boolean print(PrintStream out) {
        for (Setup setup : Setup.values()) {
            String title = setup.title();
            Optional<Series> floor = results.row(StartTable.TABLE, title + StartTable.FLOOR);
            atMost(
                    "cold without walls / C floor, p50: " + title,
                    results.row(StartTable.TABLE, title + StartTable.BARE),
                    floor,
                    COLD,
                    2 * COLD);
            atMost(
                    "cold with walls / C floor without, p50: " + title,
                    results.row(StartTable.TABLE, title + StartTable.WALLED),
                    floor,
                    COLD,
                    2 * COLD);
        }
        for (Setup setup : BenchmarkSuite.POOLED) {
            String title = setup.title();
            String pooled = title + PooledStarts.POOLED;
            atMost(
                    "pooled / ProcessBuilder, p50: " + title,
                    results.row(PooledStarts.TABLE, pooled + PooledStarts.PROCESS),
                    results.row(PooledStarts.TABLE, title + PooledStarts.PROCESS),
                    POOLED_TO_PROCESS,
                    2 * POOLED_TO_PROCESS);
            atMost(
                    "pooled / clone, exec, wait in C, p50: " + title,
                    results.row(PooledStarts.TABLE, pooled + PooledStarts.FLOOR),
                    results.row(PooledStarts.TABLE, title + PooledStarts.FLOOR),
                    POOLED_TO_FLOOR,
                    2 * POOLED_TO_FLOOR_REACHED);
        }
        allocation(Allocation.COLD, Allocation.COLD_KIB);
        allocation(Allocation.POOLED, Allocation.POOLED_KIB);
        return figures.print(out);
    }

    private void allocation(String kind, double most) {
        results.values(Allocation.TABLE).stream()
                .filter(value -> value.row().startsWith(kind))
                .forEach(value ->
                        figures.atMost(
                                "heap allocated, KiB: " + value.row(),
                                value.value() / KIB,
                                most,
                                2 * most));
    }

    private void atMost(
            String what,
            Optional<Series> above,
            Optional<Series> below,
            double asked,
            double most) {
        if (above.isPresent() && below.isPresent()) {
            figures.atMost(
                    what, above.get().percentile(50) / below.get().percentile(50), asked, most);
        }
    }
}
