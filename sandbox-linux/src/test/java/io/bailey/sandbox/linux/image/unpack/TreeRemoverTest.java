package io.bailey.sandbox.linux.image.unpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Linux;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

class TreeRemoverTest {

    @Test
    void followsNoLink() throws Exception {
        try (Workbench bench = Workbench.rootless()) {
            Path outside = Files.createDirectory(bench.path.resolve("outside"));
            Files.writeString(outside.resolve("f"), "stays");
            int tree = bench.directory();
            Path top = Files.createDirectory(bench.last().resolve("top"));
            Files.createSymbolicLink(top.resolve("l"), outside);
            Files.createSymbolicLink(bench.last().resolve("link"), outside);
            TreeRemover.remove(bench.calls, tree, "top");
            TreeRemover.remove(bench.calls, tree, "link");
            TreeRemover.remove(bench.calls, tree, "not there");
            assertThat(bench.last()).isEmptyDirectory();
            assertThat(outside.resolve("f")).hasContent("stays");
        }
    }

    @Test
    void removesWhatIsClosed() throws Exception {
        try (Workbench bench = Workbench.rootless()) {
            int tree = bench.directory();
            Path closed = Files.createDirectories(bench.last().resolve("a/b/c"));
            Files.writeString(closed.resolve("f"), "");
            for (String mode : new String[] {"---------", "r-x------", "---------"}) {
                Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString(mode));
                closed = closed.getParent();
            }
            TreeRemover.remove(bench.calls, tree, "a");
            assertThat(bench.last()).isEmptyDirectory();
        }
    }

    /** Deeper than any path may be long, and with names in the way of what is moved up. */
    @Test
    void removesDeepTreesWithFewDescriptors() throws Exception {
        try (Workbench bench = Workbench.rootless()) {
            int tree = bench.directory();
            Files.createDirectory(bench.last().resolve("top"));
            Files.createDirectory(bench.last().resolve("top/.deep.0"));
            int at = bench.calls.openat(tree, "top", Linux.O_DIRECTORY, 0);
            for (int i = 0; i < 5000; i++) {
                assertThat(bench.calls.mkdirat(at, "d", 0700)).isZero();
                int next = bench.calls.openat(at, "d", Linux.O_DIRECTORY, 0);
                assertThat(next).isPositive();
                bench.calls.close(at);
                at = next;
            }
            bench.calls.close(at);
            TreeRemover.remove(bench.calls, tree, "top");
            assertThat(bench.last()).isEmptyDirectory();
        }
    }

    @Test
    void removesWideDirectories() throws Exception {
        try (Workbench bench = Workbench.rootless()) {
            int tree = bench.directory();
            Path top = Files.createDirectory(bench.last().resolve("top"));
            for (int i = 0; i < 3000; i++) {
                Files.createFile(top.resolve("a-rather-long-name-of-a-file-" + i));
                if (i % 10 == 0) {
                    Files.createDirectory(top.resolve("d" + i));
                }
            }
            TreeRemover.remove(bench.calls, tree, "top");
            assertThat(bench.last()).isEmptyDirectory();
        }
    }
}
