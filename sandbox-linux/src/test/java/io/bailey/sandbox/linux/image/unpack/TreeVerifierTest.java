package io.bailey.sandbox.linux.image.unpack;

import static io.bailey.sandbox.linux.image.unpack.Entries.dir;
import static io.bailey.sandbox.linux.image.unpack.Entries.file;
import static io.bailey.sandbox.linux.image.unpack.Entries.hardlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.sparse;
import static io.bailey.sandbox.linux.image.unpack.Entries.symlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.whiteout;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Nothing that is changed in a tree is overlooked. */
class TreeVerifierTest {
    private static final List<Entries.Item> LAYER =
            List.of(
                    dir("d"),
                    file("d/f", "content"),
                    symlink("s", "d/f"),
                    hardlink("h", "d/f"),
                    sparse("hole", 1 << 20, new Extent(1 << 19, 4)),
                    dir("o"),
                    file("o/x", ""),
                    whiteout("o/.wh..wh..opq"),
                    whiteout(".wh.gone"));

    interface Damage {
        void to(Path tree) throws Exception;
    }

    record Case(String what, Damage damage) {
        @Override
        public String toString() {
            return what;
        }
    }

    /** With the times put back, so that it is the damage itself that is found. */
    private static Case of(String what, String path, Damage damage) {
        return new Case(
                what,
                tree -> {
                    FileTime time = Files.getLastModifiedTime(tree.resolve(path));
                    FileTime above = Files.getLastModifiedTime(tree.resolve(path).getParent());
                    damage.to(tree);
                    if (Files.isRegularFile(tree.resolve(path))) {
                        Files.setLastModifiedTime(tree.resolve(path), time);
                    }
                    Files.setLastModifiedTime(tree.resolve(path).getParent(), above);
                });
    }

    static Stream<Case> damages() {
        return Stream.of(
                of("a byte", "d/f", tree -> write(tree.resolve("d/f"), 3, 'X')),
                of("content\"", "hole", tree -> write(tree.resolve("hole"), (1 << 19) + 1, 'X')),
                of("hole", "hole", tree -> write(tree.resolve("hole"), 5, 'X')),
                of("size", "d/f", tree -> write(tree.resolve("d/f"), 7, 'X')),
                of(
                        "mode",
                        "d/f",
                        tree ->
                                Files.setPosixFilePermissions(
                                        tree.resolve("d/f"),
                                        PosixFilePermissions.fromString("rw-r--rw-"))),
                of("not in the layer", "d/f", tree -> Files.createFile(tree.resolve("d/more"))),
                of("not there", "o/x", tree -> Files.delete(tree.resolve("o/x"))),
                of("whiteout", "gone", tree -> Files.delete(tree.resolve("gone"))),
                of(
                        "link",
                        "s",
                        tree -> {
                            Files.delete(tree.resolve("s"));
                            Files.createSymbolicLink(tree.resolve("s"), Path.of("d/g"));
                        }),
                of(
                        "hard link",
                        "h",
                        tree -> {
                            Files.delete(tree.resolve("h"));
                            Files.copy(tree.resolve("d/f"), tree.resolve("h"));
                        }),
                new Case(
                        "time",
                        tree ->
                                Files.setLastModifiedTime(
                                        tree.resolve("d/f"), FileTime.fromMillis(5))));
    }

    private static void write(Path file, long at, char c) throws Exception {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(at);
            open.write(c);
        }
    }

    @ParameterizedTest
    @MethodSource("damages")
    void findsIt(Case damaged) throws Exception {
        try (Workbench bench = Workbench.best()) {
            LayerTree layer = bench.unpack(LAYER);
            damaged.damage().to(bench.last());
            assertThat(
                            TreeVerifier.compare(
                                    Entries.layer(LAYER),
                                    layer.tree(),
                                    layer.notes(),
                                    bench.options))
                    .isNotEmpty();
        }
    }
}
