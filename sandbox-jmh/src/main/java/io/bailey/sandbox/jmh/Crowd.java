package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Many containers alive at once: what of memory is Bailey's in each (its init, and the share of
 * this JVM's heap and of the rest of the JVM's resident memory), and how long starting, listing,
 * reading and stopping all of them takes.
 */
final class Crowd {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double KIB = 1024;
    private static final double ASKED_KIB = 512;

    private final Workbench bench;
    private final PrintStream out;
    private final int count;
    private final Results results;

    Crowd(Workbench bench, PrintStream out, int count, Results results) {
        this.bench = bench;
        this.out = out;
        this.count = count;
        this.results = results;
    }

    boolean print() throws IOException, InterruptedException {
        List<Container> crowd = new ArrayList<>();
        try (Sandbox sandbox =
                Sandbox.builder().rootfs(bench.root()).memory("64M").pids(16).build()) {
            // What is loaded once is nobody's share.
            for (int i = 0; i < 20; i++) {
                try (Container warm = sandbox.start("/pause")) {
                    warm.stats();
                }
            }
            Containers.list();
            long heapBefore = heap();
            long residentBefore = resident("self");
            double start =
                    millis(() -> {
                        for (int i = 0; i < count; i++) {
                            crowd.add(sandbox.start("/pause"));
                        }
                    });
            long heap = heap() - heapBefore;
            long resident = resident("self") - residentBefore;
            long inits = 0;
            for (Container one : crowd) {
                inits += privateMemory(Long.toString(one.pid()));
            }
            double list =
                    millis(() -> {
                        long mine =
                                Containers.list().stream()
                                        .filter(info ->
                                                info.owner() == ProcessHandle.current().pid())
                                        .count();
                        if (mine != count) {
                            throw new IOException(mine + " listed of " + count);
                        }
                    });
            double stats = millis(() -> crowd.forEach(Container::stats));
            double stop =
                    millis(() -> {
                        crowd.parallelStream().forEach(Crowd::stop);
                        crowd.forEach(Container::close);
                    });
            double share = (Math.max(heap, resident) + inits) / KIB / count;
            out.printf(Locale.ROOT, "%n## %d containers at once%n%n", count);
            out.println("| what | of all | of each |");
            out.println("| --- | --- | --- |");
            row("start, one after another, ms", start);
            row("Containers.list(), ms", list);
            row("stats() of each, ms", stats);
            row("stop and close, ms", stop);
            row("memory of the inits, KiB", inits / KIB);
            row("heap of the JVM in use, KiB", heap / KIB);
            row("resident memory of the JVM, KiB", resident / KIB);
            Figures figures = new Figures();
            figures.atMost("memory of ours for each, KiB", share, ASKED_KIB, 2 * ASKED_KIB);
            return figures.print(out);
        } finally {
            crowd.forEach(Container::close);
        }
    }

    /** What may throw. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private static double millis(Work work) throws IOException {
        long began = System.nanoTime();
        work.run();
        return (System.nanoTime() - began) / NANOS_PER_MILLI;
    }

    private static void stop(Container container) {
        try {
            container.stop(Duration.ZERO);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void row(String what, double all) {
        results.add("many at once", what, count, all, what.substring(what.lastIndexOf(' ') + 1));
        out.printf(Locale.ROOT, "| %s | %.1f | %.3f |%n", what, all, all / count);
    }

    private static long heap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    private static long resident(String process) throws IOException {
        return field(Path.of("/proc", process, "status"), "VmRSS:");
    }

    /** Its own pages and its share of those it has in common with other inits. */
    private static long privateMemory(String process) throws IOException {
        return field(Path.of("/proc", process, "smaps_rollup"), "Pss:");
    }

    private static long field(Path file, String name) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(name)) {
                return (long)
                        (Long.parseLong(line.substring(name.length()).replace("kB", "").strip())
                                * KIB);
            }
        }
        throw new IOException(file + " has no " + name);
    }
}
