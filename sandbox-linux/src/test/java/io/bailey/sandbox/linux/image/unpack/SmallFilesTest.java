package io.bailey.sandbox.linux.image.unpack;

import static io.bailey.sandbox.linux.image.unpack.Entries.dir;
import static io.bailey.sandbox.linux.image.unpack.Entries.file;
import static io.bailey.sandbox.linux.image.unpack.Entries.hardlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.FaultyKernel;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/** Files that are filled by a thread of its own: as whole as the others, and as well watched. */
class SmallFilesTest {
    private static final int MANY = 300;

    /** Of every size from none to just too large; some twice, some with a link. */
    private static List<Entries.Item> items() {
        List<Entries.Item> items = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            if (i % 100 == 0) {
                items.add(dir("d" + i));
            }
            String name = "d" + i / 100 * 100 + "/f" + i % 90;
            int size = i % 7 == 0 ? i % 2 : SmallFiles.MOST + 150 - i;
            items.add(file(name, "%05d".formatted(i).repeat(size / 5 + 1).substring(0, size)));
            if (i % 50 == 0) {
                items.add(hardlink("link" + i, name));
            }
        }
        return items;
    }

    @Test
    void areWhatTheArchiveSays() {
        try (Workbench bench = Workbench.best()) {
            LayerTree tree = bench.unpack(items());
            assertThat(tree.notes().files()).isEqualTo(MANY);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PWRITE64,0",
        "PWRITE64,70",
        "PWRITE64,200",
        "UTIMENSAT,0",
        "UTIMENSAT,63",
        "UTIMENSAT,64",
        "UTIMENSAT,299"
    })
    void aFullDiskIsSaid(Sys which, int after) {
        FaultyKernel kernel = FaultyKernel.failing(sys -> sys == which, Errno.ENOSPC);
        kernel.failAfter(after);
        try (Workbench bench = Workbench.rootless();
                FileCalls calls = FileCalls.over(kernel)) {
            int tree = bench.directory();
            assertThatThrownBy(() ->
                            DirectoryUnpacker.unpack(
                                    Entries.layer(items()), tree, bench.options, calls))
                    .isInstanceOfSatisfying(
                            ImageException.class,
                            full -> assertThat(full.kind()).isEqualTo(Kind.NO_SPACE))
                    .hasMessageContaining("ENOSPC")
                    .hasMessageContaining("/f");
            assertThat(kernel.leaked()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 250})
    void aBrokenArchiveLeavesNothingOpen(int after) {
        FaultyKernel kernel = FaultyKernel.failing(sys -> false, 0);
        try (Workbench bench = Workbench.rootless();
                FileCalls calls = FileCalls.over(kernel)) {
            int tree = bench.directory();
            LayerEntries broken = breaking(Entries.layer(items()), after);
            assertThatThrownBy(() -> DirectoryUnpacker.unpack(broken, tree, bench.options, calls))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("cut");
            assertThat(kernel.leaked()).isEmpty();
        }
    }

    /** Fails in the middle of a file's content. */
    private static LayerEntries breaking(LayerEntries whole, int after) {
        return new LayerEntries() {
            private int left = after;

            @Override
            public @Nullable TarEntry next() {
                return whole.next();
            }

            @Override
            public void content(Content to) {
                if (left-- == 0) {
                    throw new ImageException(Kind.MALFORMED_LAYER, "read", "", "it is cut", "");
                }
                whole.content(to);
            }
        };
    }

    @Test
    void whoIsInterruptedStopsAndLeavesNothingOpen() {
        FaultyKernel kernel = FaultyKernel.failing(sys -> false, 0);
        try (Workbench bench = Workbench.rootless();
                FileCalls calls = FileCalls.over(kernel)) {
            int tree = bench.directory();
            Thread.currentThread().interrupt();
            try {
                DirectoryUnpacker.unpack(Entries.layer(items()), tree, bench.options, calls);
            } catch (ImageException stopped) {
                assertThat(stopped.kind()).isEqualTo(Kind.INTERRUPTED);
            }
            assertThat(Thread.interrupted()).isTrue();
            assertThat(kernel.leaked()).isEmpty();
        }
    }
}
