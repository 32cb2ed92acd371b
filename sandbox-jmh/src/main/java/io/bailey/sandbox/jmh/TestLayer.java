package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer that is measured with, made by {@code layers.sh} and kept for the next run.
 *
 * @param file the layer, compressed
 * @param diffId the SHA-256 of its archive, hex
 * @param bytes the size of that
 * @param entries how many it has
 * @param about what is in it
 */
record TestLayer(Path file, String diffId, long bytes, long entries, String about) {
    private static final List<String> NAMES = List.of("l1", "l2", "l3", "l4");

    /** Layers l1 to l4, in {@code directory}, made if they are not there. */
    static List<TestLayer> make(Path directory, boolean quick)
            throws IOException, InterruptedException {
        Files.createDirectories(directory);
        if (!Files.exists(directory.resolve("l4.tar.gz"))) {
            Path script = directory.resolve("layers.sh");
            try (InputStream in = TestLayer.class.getResourceAsStream("layers.sh")) {
                if (in == null) {
                    throw new IOException("the resource layers.sh is missing");
                }
                Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
            }
            Shell.run("bash", script.toString(), directory.toString(), quick ? "--quick" : "");
        }
        List<TestLayer> layers = new ArrayList<>();
        for (String name : NAMES) {
            layers.add(read(directory, name));
        }
        return layers;
    }

    private static TestLayer read(Path directory, String name) throws IOException {
        return new TestLayer(
                directory.resolve(name + ".tar.gz"),
                text(directory, name + ".diffid"),
                Long.parseLong(text(directory, name + ".bytes")),
                Long.parseLong(text(directory, name + ".entries")),
                text(directory, name + ".about"));
    }

    private static String text(Path directory, String name) throws IOException {
        return Files.readString(directory.resolve(name)).strip();
    }
}
