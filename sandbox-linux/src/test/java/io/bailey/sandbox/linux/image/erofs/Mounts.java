package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** Archives, indexes and mounts of tests, in a directory of theirs. */
final class Mounts {
    private Mounts() {}

    static List<Path> write(Path directory, List<TestLayer> layers) throws IOException {
        List<Path> tars = new ArrayList<>();
        for (TestLayer layer : layers) {
            tars.add(layer.writeTo(directory.resolve("layer" + tars.size() + ".tar")));
        }
        return tars;
    }

    static Fd mount(Path directory, List<Path> tars) {
        Path index = directory.resolve("index.erofs");
        TarIndex.write(tars, index, ImageLimits.standard());
        return ErofsMount.mounted(
                Linux.host(), index.toString(), tars.stream().map(Path::toString).toList());
    }

    /** What the kernel shows of {@code layers}, one upon the other. */
    static SortedMap<String, String> seen(Path directory, List<TestLayer> layers)
            throws IOException {
        try (Fd mount = mount(directory, write(directory, layers))) {
            return SeenTree.of(mount.number());
        }
    }
}
