package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether a start costs the same in a JVM with a large heap and in one with many threads: JVMs that
 * take turns.
 */
public final class Flatness {
    private static final int THREADS = 500;
    private static final int LEAST_WARM_UP = 10;

    private Flatness() {}

    static void print(
            Workbench bench, PrintStream out, int rounds, int heapGigabytes, Results results)
            throws IOException {
        String root = bench.root().toString();
        List<Kind> kinds =
                List.of(
                        Kind.of("small JVM", List.of("-Xmx256m"), root, 0),
                        Kind.of(
                                heapGigabytes + " GiB heap, all of it touched",
                                List.of(
                                        "-Xms" + heapGigabytes + "g",
                                        "-Xmx" + heapGigabytes + "g",
                                        "-XX:+AlwaysPreTouch"),
                                root,
                                0),
                        Kind.of(
                                THREADS + " more threads, parked",
                                List.of("-Xmx256m"),
                                root,
                                THREADS));
        measure(kinds, rounds);
        double small = kinds.getFirst().sample().median();
        out.printf(
                Locale.ROOT,
                "%n## Flatness: read-only directory, all but net, milliseconds, %d rounds in turns%n%n",
                rounds);
        out.println("| JVM | p50 | p99 | min | p50 / small |");
        out.println("| --- | --- | --- | --- | --- |");
        for (Kind kind : kinds) {
            Sample sample = kind.sample();
            sample.report(results, "flatness", kind.title());
            double ratio = sample.median() / small;
            out.printf(Locale.ROOT, "| %s | %s | %.2f |%n", kind.title(), sample.cells(), ratio);
        }
    }

    /** A kind of JVM: how it is started, and what was measured. */
    private record Kind(String title, List<String> command, Sample sample) {
        static Kind of(String title, List<String> options, String root, int threads) {
            List<String> arguments = List.of(root, Integer.toString(threads));
            return new Kind(
                    title, FreshJvm.command(options, Flatness.class, arguments), new Sample());
        }
    }

    private static void measure(List<Kind> kinds, int rounds) throws IOException {
        List<Partner> partners = new ArrayList<>();
        try {
            for (Kind kind : kinds) {
                partners.add(Partner.start(kind.command()));
            }
            for (int round = -Math.max(LEAST_WARM_UP, rounds); round < rounds; round++) {
                for (int i = 0; i < kinds.size(); i++) {
                    long nanos = partners.get(i).run()[0];
                    if (round >= 0) {
                        kinds.get(i).sample().add(nanos);
                    }
                }
            }
        } finally {
            for (Partner partner : partners) {
                partner.close();
            }
        }
    }

    /** One of those JVMs: {@code root}, {@code threads}; one run for each byte on stdin. */
    public static void main(String[] args) throws IOException, InterruptedException {
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            Thread.ofPlatform().daemon(true).start(Flatness::sleep);
        }
        try (Sandbox sandbox =
                Sandbox.builder()
                        .rootfs(Path.of(args[0]))
                        .writableRoot(WritableRoot.READ_ONLY)
                        .namespaces(Namespace.allBut(Namespace.NETWORK))
                        .build()) {
            while (System.in.read() >= 0) {
                long began = System.nanoTime();
                sandbox.run("/true").orThrow();
                System.out.println(System.nanoTime() - began);
            }
        }
    }

    private static void sleep() {
        while (true) {
            LockSupport.park();
        }
    }
}
