package io.bailey.sandbox.jmh;

import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Roots of images of few and many layers: how long until a sandbox can have one. */
final class MountTable {
    static final String TABLE = "root of an image";
    private static final int MICROS = 1_000;
    private static final int MANY = 128;

    private final LoopDisk disk;
    private final Workbench bench;
    private final PrintStream out;
    private final int rounds;
    private final Results results;

    MountTable(LoopDisk disk, Workbench bench, PrintStream out, int rounds, Results results) {
        this.disk = disk;
        this.bench = bench;
        this.out = out;
        this.rounds = rounds;
        this.results = results;
    }

    /** Measures images of so many layers, each in both backends, in turns. */
    void print(List<Integer> layers, Figures figures) throws IOException, InterruptedException {
        List<MountRow> rows = new ArrayList<>();
        try {
            for (int count : layers) {
                Path layout = disk.directory().resolve("images/layers" + count);
                TestImage image = TinyLayers.write(layout, bench.program(), count);
                for (LayerBackend backend :
                        List.of(LayerBackend.DIRECTORIES, LayerBackend.TAR_INDEX)) {
                    rows.add(MountRow.open(store(backend), image, backend, bench.mountFloor()));
                }
            }
            for (int round = -rounds; round < rounds; round++) {
                for (MountRow row : rows) {
                    row.measure(round % 2 == 0, round >= 0);
                }
            }
            print(rows);
            judge(rows, figures);
            report(rows);
            printOthers(rows, figures);
        } finally {
            for (MountRow row : rows) {
                row.close();
            }
        }
    }

    private Path store(LayerBackend backend) {
        return disk.directory().resolve("store-" + backend);
    }

    private void print(List<MountRow> rows) {
        out.printf(
                Locale.ROOT,
                "%n### A root, ready to be used: microseconds, %d rounds in turns%n%n",
                rounds);
        out.println(
                "| layers | backend | writable p50 | min | C floor p50 | min | ours / floor p50"
                        + " | min | flat overlay (C) p50 | read-only p50 | bind mount (C) p50 |"
                        + " read-only / bind |");
        out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (MountRow row : rows) {
            out.printf(
                    Locale.ROOT,
                    "| %d | %s | %.1f | %.1f |",
                    row.layers(),
                    row.backend(),
                    row.writable.median() * MICROS,
                    row.writable.least() * MICROS);
            if (row.floorWritable.isEmpty()) {
                out.printf(
                        Locale.ROOT,
                        " – | – | – | – | – | %.1f | – | – |%n",
                        row.readOnly.median() * MICROS);
                continue;
            }
            out.printf(
                    Locale.ROOT,
                    " %.1f | %.1f | %.2f | %.2f | %s | %.1f | %.1f | %.2f |%n",
                    row.floorWritable.median() * MICROS,
                    row.floorWritable.least() * MICROS,
                    row.writable.median() / row.floorWritable.median(),
                    row.writable.least() / row.floorWritable.least(),
                    row.backend() == LayerBackend.TAR_INDEX
                            ? "–"
                            : String.format(Locale.ROOT, "%.1f", row.floorFlat.median() * MICROS),
                    row.readOnly.median() * MICROS,
                    row.floorBind.median() * MICROS,
                    row.readOnly.median() / row.floorBind.median());
        }
    }

    private void report(List<MountRow> rows) {
        for (MountRow row : rows) {
            String backend = ", " + row.backend();
            report(row, row.writable, "Bailey, writable" + backend);
            report(row, row.readOnly, "Bailey, read-only" + backend);
            report(row, row.floorWritable, "C, writable" + backend);
            report(row, row.floorBind, "C, bind mount" + backend);
            if (row.backend() == LayerBackend.DIRECTORIES) {
                report(row, row.floorFlat, "C, all layers in one overlay");
            }
        }
    }

    private void report(MountRow row, Sample sample, String what) {
        if (!sample.isEmpty()) {
            sample.report(results, TABLE, what + ", " + row.layers() + " layers");
            results.add(TABLE, what, row.layers(), sample.median() * MICROS, "µs");
        }
    }

    private static void judge(List<MountRow> rows, Figures figures) {
        for (MountRow row : rows) {
            String what = row.layers() + " layers, " + row.backend();
            if (!row.floorWritable.isEmpty()) {
                figures.atMost(
                        "writable root / C, " + what,
                        row.writable.median() / row.floorWritable.median(),
                        1.25,
                        2.5);
                figures.atMost(
                        "read-only root / bind mount, " + what,
                        row.readOnly.median() / row.floorBind.median(),
                        2,
                        4);
            }
            if (row.layers() == MANY) {
                MountRow one = row(rows, 1, row.backend());
                figures.atMost(
                        "writable root of " + MANY + " layers / of 1, " + row.backend(),
                        row.writable.median() / one.writable.median(),
                        1.3,
                        2.5);
            }
        }
    }

    private static MountRow row(List<MountRow> rows, int layers, LayerBackend backend) {
        return rows.stream()
                .filter(it -> it.layers() == layers && it.backend() == backend)
                .findFirst()
                .orElseThrow();
    }

    private void printOthers(List<MountRow> rows, Figures figures)
            throws IOException, InterruptedException {
        out.println();
        if (!Shell.has("fuse-overlayfs") || !Files.exists(Path.of("/dev/fuse"))) {
            out.println("- no fuse-overlayfs or no /dev/fuse here");
        } else {
            for (int layers : List.of(1, MANY)) {
                MountRow ours = row(rows, layers, LayerBackend.DIRECTORIES);
                double theirs = fuseOverlay(ours.trees()).median();
                compare(
                        "fuse-overlayfs, %d layers, writable".formatted(layers),
                        theirs,
                        ours.writable.median(),
                        figures);
            }
            MountRow ours = row(rows, MANY, LayerBackend.DIRECTORIES);
            compare(
                    "fuse-overlayfs, %d layers, read-only".formatted(MANY),
                    fuseReadOnly(ours.trees()).median(),
                    ours.readOnly.median(),
                    figures);
        }
        if (!Shell.has("podman")) {
            out.println("- no podman here");
            return;
        }
        double theirs = podman().median();
        double ours = row(rows, 1, LayerBackend.DIRECTORIES).readOnly.median();
        out.printf(
                Locale.ROOT,
                "- podman image mount, its own start included: %.0f µs; Bailey, read-only, %.1f µs%n",
                theirs * MICROS,
                ours * MICROS);
    }

    private void compare(String what, double theirs, double ours, Figures figures) {
        out.printf(
                Locale.ROOT,
                "- %s: %.0f µs; Bailey %.1f µs%n",
                what,
                theirs * MICROS,
                ours * MICROS);
        figures.atLeast(what + " / Bailey", theirs / ours, 50, 5);
    }

    private Sample fuseOverlay(List<Path> trees) throws IOException, InterruptedException {
        Path base = Files.createTempDirectory(disk.directory(), "fuse");
        for (String name : List.of("upper", "work")) {
            Files.createDirectory(base.resolve(name));
        }
        return fuse(
                base, lower(trees) + ",upperdir=%s/upper,workdir=%s/work".formatted(base, base));
    }

    private Sample fuseReadOnly(List<Path> trees) throws IOException, InterruptedException {
        return fuse(Files.createTempDirectory(disk.directory(), "fuse"), lower(trees));
    }

    private static String lower(List<Path> trees) {
        return "lowerdir="
                + String.join(":", trees.reversed().stream().map(Path::toString).toList());
    }

    /** From its start until it has answered once: it goes into the background before it does. */
    private Sample fuse(Path base, String options) throws IOException, InterruptedException {
        Path root = Files.createDirectory(base.resolve("root"));
        Sample sample = new Sample();
        for (int round = 0; round < Math.min(rounds, 30); round++) {
            long began = System.nanoTime();
            Shell.run("fuse-overlayfs", "-o", options, root.toString());
            boolean there = Files.exists(root.resolve("true"));
            sample.add(System.nanoTime() - began);
            Shell.run("umount", root.toString());
            if (!there) {
                throw new IOException("fuse-overlayfs shows nothing at " + root);
            }
        }
        return sample;
    }

    private Sample podman() throws IOException, InterruptedException {
        Path storage = Files.createDirectory(disk.directory().resolve("podman"));
        Path layout = disk.directory().resolve("images/layers1");
        Shell.run(ToolUnpacking.podman(storage, "pull", "-q", "oci:" + layout + ":bench"));
        String id = Shell.run(ToolUnpacking.podman(storage, "images", "-q")).strip();
        Sample sample = new Sample();
        for (int round = 0; round < Math.min(rounds, 10); round++) {
            long began = System.nanoTime();
            Shell.run(ToolUnpacking.podman(storage, "image", "mount", id));
            sample.add(System.nanoTime() - began);
            Shell.run(ToolUnpacking.podman(storage, "image", "unmount", id));
        }
        return sample;
    }
}
