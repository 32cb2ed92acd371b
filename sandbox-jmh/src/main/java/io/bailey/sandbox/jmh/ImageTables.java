package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The tables about images: to unpack, to mount, to start, to pull them. */
final class ImageTables {
    private final LoopDisk disk;
    private final Workbench bench;
    private final PrintStream out;
    private final Results results;
    private final Figures figures;

    ImageTables(LoopDisk disk, Workbench bench, PrintStream out, Results results, Figures figures) {
        this.disk = disk;
        this.bench = bench;
        this.out = out;
        this.results = results;
        this.figures = figures;
    }

    /**
     * Roots of images, and sandboxes on them.
     *
     * @param layers how many the roots have
     * @param started how many those have that sandboxes are started on; each is among the others
     */
    void mount(List<Integer> layers, List<Integer> started, int rounds)
            throws IOException, InterruptedException {
        new MountTable(disk, bench, out, rounds, results).print(layers, figures);
        new ImageStarts(disk, bench, out, rounds, results).print(started, figures);
    }

    /** A pull of what is there. */
    void pull(int rounds) throws IOException, InterruptedException {
        new RePull(disk, bench, out, rounds, results).print(figures);
    }

    /**
     * From layouts to files.
     *
     * @param directory where the layers are made, and found the next time
     * @param quick whether layers a tenth as large will do
     */
    void unpack(Path directory, boolean quick, int rounds)
            throws IOException, InterruptedException {
        List<TestLayer> layers = TestLayer.make(directory.resolve(quick ? "quick" : "full"), quick);
        Path images = Files.createDirectories(disk.directory().resolve("images"));
        TestImage real = TestImage.write(images.resolve("real"), layers.subList(0, 3));
        TestImage small = TestImage.write(images.resolve("small"), layers.subList(3, 4));
        out.println("The layers:\n");
        for (TestLayer layer : layers) {
            out.printf(
                    Locale.ROOT,
                    "- %s: %s; %d entries, %.1f MB, compressed %.1f MB%n",
                    layer.file().getFileName(),
                    layer.about(),
                    layer.entries(),
                    layer.bytes() / 1e6,
                    Files.size(layer.file()) / 1e6);
        }
        UnpackTable table = new UnpackTable(disk, out, rounds, results);
        table.print("A real image: l1, l2, l3", real, figures, UnpackTable.REAL);
        table.print("Small files: l4", small, figures, UnpackTable.SMALL);
        new PeakHeap(disk, out).print(real, figures);
    }
}
