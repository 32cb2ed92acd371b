package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What each namespace costs: none, each alone, all; in turns. Everything else is as always. */
final class NamespaceStarts {
    static final String TABLE = "namespaces";
    private static final String NONE = "none";

    private NamespaceStarts() {}

    /** One kind of sandbox and its times. */
    private record Row(Sandbox sandbox, Sample sample) {}

    static void print(Workbench bench, PrintStream out, int rounds, Results results)
            throws IOException, InterruptedException {
        Map<String, Row> rows = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Set<Namespace>> setup : setups().entrySet()) {
                rows.put(
                        setup.getKey(),
                        new Row(
                                Sandbox.builder().namespaces(setup.getValue()).build(),
                                new Sample()));
            }
            String program = bench.program().toString();
            for (int round = -rounds / 2; round < rounds; round++) {
                for (Row row : rows.values()) {
                    long began = System.nanoTime();
                    row.sandbox().run(program).orThrow();
                    long ended = System.nanoTime();
                    if (round >= 0) {
                        row.sample().add(ended - began);
                    }
                }
            }
        } finally {
            rows.values().forEach(row -> row.sandbox().close());
        }
        print(rows, out, rounds, results);
    }

    private static Map<String, Set<Namespace>> setups() {
        Map<String, Set<Namespace>> setups = new LinkedHashMap<>();
        setups.put(NONE, Set.of());
        for (Namespace alone : Namespace.values()) {
            setups.put(alone.name().toLowerCase(Locale.ROOT), Set.of(alone));
        }
        setups.put("all but network", Namespace.allBut(Namespace.NETWORK));
        setups.put("all", Set.of(Namespace.values()));
        return setups;
    }

    private static void print(Map<String, Row> rows, PrintStream out, int rounds, Results results) {
        out.printf(
                Locale.ROOT,
                "%n## Namespaces: host root with walls, milliseconds, %d rounds in turns%n%n",
                rounds);
        out.println("| namespaces | p50 | p99 | min | p50 more than none, µs |");
        out.println("| --- | --- | --- | --- | --- |");
        List<Sample> none = new ArrayList<>();
        rows.forEach((title, row) -> {
            Sample sample = row.sample();
            none.add(sample);
            sample.report(results, TABLE, title);
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.0f |%n",
                    title,
                    sample.cells(),
                    (sample.median() - none.getFirst().median()) * 1_000);
        });
    }
}
