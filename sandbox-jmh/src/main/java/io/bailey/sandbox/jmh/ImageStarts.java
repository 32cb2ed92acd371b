package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Landlock;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whole sandboxes: a static {@code true} on a writable root, from the call to the result; of
 * images, of a directory, and from C. Without seccomp and Landlock, which the floor does not have.
 */
final class ImageStarts {
    static final String TABLE = "start on an image";

    private final LoopDisk disk;
    private final Workbench bench;
    private final PrintStream out;
    private final int rounds;
    private final Results results;

    ImageStarts(LoopDisk disk, Workbench bench, PrintStream out, int rounds, Results results) {
        this.disk = disk;
        this.bench = bench;
        this.out = out;
        this.rounds = rounds;
        this.results = results;
    }

    /** One that takes turns. */
    private record Turn(String root, Sandbox sandbox, Sample sample) {
        void run(boolean count) throws InterruptedException {
            long began = System.nanoTime();
            sandbox.run("/true").orThrow();
            long ended = System.nanoTime();
            if (count) {
                sample.add(ended - began);
            }
        }
    }

    void print(List<Integer> layerCounts, Figures figures)
            throws IOException, InterruptedException {
        List<Turn> turns = new ArrayList<>();
        List<Images> stores = new ArrayList<>();
        Optional<Partner> floor = Floor.partner(bench, Setup.OVERLAY);
        Sample floorTimes = new Sample();
        try {
            turns.add(turn("a directory", Rootfs.directory(bench.root())));
            for (LayerBackend backend : List.of(LayerBackend.DIRECTORIES, LayerBackend.TAR_INDEX)) {
                Images images = open(backend);
                stores.add(images);
                for (int layers : layerCounts) {
                    Path layout = disk.directory().resolve("images/layers" + layers);
                    String name = "localhost/layers:" + layers;
                    turns.add(
                            turn(
                                    "an image of %d layers, %s".formatted(layers, backend),
                                    images.load(layout, name)));
                }
            }
            for (int round = -rounds; round < rounds; round++) {
                if (floor.isPresent()) {
                    long[] phases = floor.get().run();
                    if (round >= 0) {
                        floorTimes.add(java.util.Arrays.stream(phases).sum());
                    }
                }
                for (Turn turn : turns) {
                    turn.run(round >= 0);
                }
            }
            print(turns, floorTimes, figures);
        } finally {
            turns.forEach(turn -> turn.sandbox().close());
            stores.forEach(Images::close);
            if (floor.isPresent()) {
                floor.get().close();
            }
        }
    }

    private Images open(LayerBackend backend) {
        Path store = disk.directory().resolve("store-" + backend);
        return Images.builder().store(store).backend(backend).sync(false).open();
    }

    private static Turn turn(String what, Rootfs root) {
        Sandbox sandbox =
                Sandbox.builder()
                        .rootfs(root)
                        .namespaces(Namespace.allBut(Namespace.NETWORK))
                        .seccomp(SeccompProfile.none())
                        .landlock(Landlock.OFF)
                        .build();
        return new Turn(what, sandbox, new Sample());
    }

    private void print(List<Turn> turns, Sample floor, Figures figures) {
        out.printf(
                Locale.ROOT,
                "%n### A sandbox with a writable root, start to result: milliseconds, %d rounds in"
                        + " turns%n%n",
                rounds);
        out.println("| root | p50 | p99 | min | p50 / directory | p50 / C floor |");
        out.println("| --- | --- | --- | --- | --- | --- |");
        double directory = turns.getFirst().sample().median();
        for (Turn turn : turns) {
            double median = turn.sample().median();
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.2f | %s |%n",
                    turn.root(),
                    turn.sample().cells(),
                    median / directory,
                    floor.isEmpty()
                            ? "–"
                            : String.format(Locale.ROOT, "%.2f", median / floor.median()));
        }
        turns.forEach(turn -> turn.sample().report(results, TABLE, turn.root()));
        floor.report(results, TABLE, "a directory, C floor");
        for (Turn turn : turns.subList(1, turns.size())) {
            figures.atMost(
                    "start on " + turn.root() + " / on a directory",
                    turn.sample().median() / directory,
                    1.3,
                    2.5);
        }
        if (!floor.isEmpty()) {
            out.printf(Locale.ROOT, "| a directory, C floor | %s | | 1.00 |%n", floor.cells());
        }
    }
}
