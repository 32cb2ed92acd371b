package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cold starts in a warm JVM: each setup with and without its walls, its floor and a plain process
 * in turns, all in one run.
 */
final class StartTable {
    static final String TABLE = "start";
    static final String WALLED = ", with walls";
    static final String BARE = ", without walls";
    static final String FLOOR = ", C floor";
    private static final int LEAST_WARM_UP = 10;

    private final Workbench bench;
    private final PrintStream out;
    private final int rounds;
    private final Results results;

    StartTable(Workbench bench, PrintStream out, int rounds, Results results) {
        this.bench = bench;
        this.out = out;
        this.rounds = rounds;
        this.results = results;
    }

    void print(List<Setup> setups) throws IOException, InterruptedException {
        List<StartRow> rows = new ArrayList<>();
        try {
            for (Setup setup : setups) {
                rows.add(StartRow.open(bench, setup));
            }
            Sample process = measure(rows);
            printTimes(rows, process);
            printPhases(rows);
            report(rows, process);
        } finally {
            for (StartRow row : rows) {
                row.close();
            }
        }
    }

    private void report(List<StartRow> rows, Sample process) {
        for (StartRow row : rows) {
            String title = row.setup().title();
            row.withWalls().whole().report(results, TABLE, title + WALLED);
            row.without().whole().report(results, TABLE, title + BARE);
            row.theirs().whole().report(results, TABLE, title + FLOOR);
        }
        process.report(results, TABLE, "ProcessBuilder");
    }

    private Sample measure(List<StartRow> rows) throws IOException, InterruptedException {
        Sample process = new Sample();
        ProcessBuilder plain = new ProcessBuilder(bench.program().toString());
        int warmUp = Math.max(LEAST_WARM_UP, rounds / 2);
        for (int round = -warmUp; round < rounds; round++) {
            for (StartRow row : rows) {
                row.measure(round % 2 == 0, round >= 0);
            }
            long began = System.nanoTime();
            plain.start().waitFor();
            long ended = System.nanoTime();
            if (round >= 0) {
                process.add(ended - began);
            }
        }
        return process;
    }

    private void printTimes(List<StartRow> rows, Sample process) {
        out.printf(
                Locale.ROOT, "%n## Start to result: milliseconds, %d rounds in turns%n%n", rounds);
        out.println(
                "| setup | p50 | p99 | min | without walls p50 | p99 | min | C floor p50 | p99 | min "
                        + "| walls p50 | walls min | without / floor p50 | min | p50 / ProcessBuilder |");
        out.println(
                "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (StartRow row : rows) {
            Sample walled = row.withWalls().whole();
            Sample bare = row.without().whole();
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s | %s | %.2f |%n",
                    row.setup().title(),
                    walled.cells(),
                    bare.cells(),
                    row.floor().isEmpty() ? Floor.MISSING + " | | " : row.theirs().whole().cells(),
                    ratios(walled, bare),
                    row.floor().isEmpty() ? " | " : ratios(bare, row.theirs().whole()),
                    walled.median() / process.median());
        }
        out.printf(
                Locale.ROOT,
                "| ProcessBuilder | %s | | | | | | | | | | | 1.00 |%n",
                process.cells());
    }

    /** Median by median and least by least, as cells. */
    private static String ratios(Sample one, Sample other) {
        return String.format(
                Locale.ROOT,
                "%.2f | %.2f",
                one.median() / other.median(),
                one.least() / other.least());
    }

    private void printPhases(List<StartRow> rows) {
        out.printf(Locale.ROOT, "%n## Where the time goes: microseconds, p50 of each phase%n%n");
        out.println("| setup | | prepare | clone3 | setup | exec | run | teardown |");
        out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (StartRow row : rows) {
            out.printf(
                    Locale.ROOT,
                    "| %s | Bailey | %s |%n",
                    row.setup().title(),
                    row.withWalls().cells());
            out.printf(Locale.ROOT, "| | without walls | %s |%n", row.without().cells());
            if (row.floor().isPresent()) {
                out.printf(Locale.ROOT, "| | C floor | %s |%n", row.theirs().cells());
            }
        }
    }
}
