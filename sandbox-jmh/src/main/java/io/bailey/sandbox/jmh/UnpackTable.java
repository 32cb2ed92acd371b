package io.bailey.sandbox.jmh;

import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.jmh.OurUnpacking.Jvm;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** From an image's layout to its files: Bailey's ways and those of others, in turns, in one run. */
final class UnpackTable {
    /** What is asked of a real image. */
    static final List<Asked> REAL =
            List.of(
                    new Asked(LayerBackend.DIRECTORIES, ToolUnpacking.TAR, 1.5, 0.6),
                    new Asked(LayerBackend.DIRECTORIES, ToolUnpacking.UMOCI, 3, 1),
                    new Asked(LayerBackend.DIRECTORIES, ToolUnpacking.PODMAN, 3, 1),
                    new Asked(LayerBackend.TAR_INDEX, ToolUnpacking.PODMAN, 4.5, 1));

    /** What is asked of twenty thousand small files. */
    static final List<Asked> SMALL =
            List.of(
                    new Asked(LayerBackend.DIRECTORIES, ToolUnpacking.PODMAN, 4, 1),
                    new Asked(LayerBackend.TAR_INDEX, ToolUnpacking.PODMAN, 8, 1));

    /** JIT-compiled code is what a long-lived JVM has. */
    private static final int WARM_UP = 4;

    private final LoopDisk disk;
    private final PrintStream out;
    private final int rounds;
    private final Results results;

    UnpackTable(LoopDisk disk, PrintStream out, int rounds, Results results) {
        this.disk = disk;
        this.out = out;
        this.rounds = rounds;
        this.results = results;
    }

    /** What was measured, by title. */
    private record Times(Map<String, Sample> samples) {
        /** How often {@code what} goes into {@code other}, by their medians; if both are there. */
        Optional<Double> ratio(String what, String other) {
            Sample ours = samples.get(what);
            Sample theirs = samples.get(other);
            return ours == null || theirs == null
                    ? Optional.empty()
                    : Optional.of(theirs.median() / ours.median());
        }
    }

    /**
     * A warm load that is to be so many times faster than a tool.
     *
     * @param times on a quiet machine
     * @param budget on any machine
     */
    record Asked(LayerBackend backend, ToolUnpacking tool, double times, double budget) {
        String what() {
            return tool.title() + " / " + ours();
        }

        String ours() {
            return new OurUnpacking(backend, Jvm.WARM, false).title();
        }
    }

    private static List<Unpacking> ways() {
        List<Unpacking> ways = new ArrayList<>(ToolUnpacking.present());
        for (LayerBackend backend : List.of(LayerBackend.DIRECTORIES, LayerBackend.TAR_INDEX)) {
            ways.add(new OurUnpacking(backend, Jvm.WARM, false));
            ways.add(new OurUnpacking(backend, Jvm.WARM, true));
            ways.add(new OurUnpacking(backend, Jvm.WARM_WITH_BLOBS, false));
            ways.add(new OurUnpacking(backend, Jvm.FRESH, false));
        }
        return ways;
    }

    void print(String title, TestImage image, Figures figures, List<Asked> asked)
            throws IOException, InterruptedException {
        List<Unpacking> ways = ways();
        Map<String, Sample> samples = new LinkedHashMap<>();
        ways.forEach(way -> samples.put(way.title(), new Sample()));
        for (int round = -WARM_UP; round < rounds; round++) {
            for (int i = 0; i < ways.size(); i++) {
                // Each round another one is first.
                Unpacking way = ways.get(Math.floorMod(i + round, ways.size()));
                boolean counts = round >= 0;
                if (counts || isWarming(way)) {
                    long nanos = measure(way, image, round <= 0);
                    if (counts) {
                        samples.computeIfAbsent(way.title(), _ -> new Sample()).add(nanos);
                    }
                }
            }
        }
        print(title, samples);
        samples.forEach((way, sample) -> sample.report(results, "unpack: " + title, way));
        for (Asked each : asked) {
            new Times(samples)
                    .ratio(each.ours(), each.tool().title())
                    .ifPresent(ratio ->
                            figures.atLeast(
                                    title + ": " + each.what(),
                                    ratio,
                                    each.times(),
                                    each.budget()));
        }
    }

    private static boolean isWarming(Unpacking way) {
        return way instanceof OurUnpacking ours && ours.jvm() == Jvm.WARM && !ours.sync();
    }

    private long measure(Unpacking way, TestImage image, boolean check)
            throws IOException, InterruptedException {
        Path into = disk.directory().resolve("target");
        way.prepare(image, into);
        disk.settle();
        long began = System.nanoTime();
        way.run(image, into);
        long ended = System.nanoTime();
        if (check) {
            long count = way.count(image, into);
            if (count != way.expected(image)) {
                throw new IOException(
                        way.title() + " made " + count + " entries, not " + way.expected(image));
            }
        }
        way.clear(into);
        Trees.remove(into);
        return ended - began;
    }

    private void print(String title, Map<String, Sample> samples) {
        List<String> others =
                List.of(
                        ToolUnpacking.TAR.title(),
                        ToolUnpacking.UMOCI.title(),
                        ToolUnpacking.PODMAN.title());
        out.printf(Locale.ROOT, "%n### %s: milliseconds, %d rounds in turns%n%n", title, rounds);
        out.println("| way | p50 | min | × tar xzf | × umoci | × podman |");
        out.println("| --- | --- | --- | --- | --- | --- |");
        Times times = new Times(samples);
        samples.forEach((way, sample) -> {
            out.printf(Locale.ROOT, "| %s | %.0f | %.0f |", way, sample.median(), sample.least());
            for (String other : others) {
                out.printf(
                        " %s |",
                        times.ratio(way, other)
                                .map(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                                .orElse("–"));
            }
            out.println();
        });
    }
}
