package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bailey.sandbox.linux.testing.FaultyKernel;
import io.bailey.sandbox.linux.testing.OpenFiles;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Trees go, and nothing else does. */
class TreeRemovalTest {
    private static final Linux LINUX = Linux.host();

    @TempDir Path scratch;

    private Fd directory;
    private OpenFiles open;

    @BeforeEach
    void open() throws IOException {
        directory = LINUX.own(open(scratch));
        open = OpenFiles.now();
    }

    @AfterEach
    void nothingIsOpen() throws IOException {
        open.expectNoMore();
        directory.close();
    }

    private static int open(Path path) {
        int flags = Linux.O_PATH | Linux.O_DIRECTORY;
        return LINUX.openat(Linux.AT_FDCWD, path.toString(), flags, 0);
    }

    private TreeRemoval.Outcome remove(String name) {
        return TreeRemoval.remove(LINUX, directory.number(), name);
    }

    @Test
    void aTreeWithEveryKindOfFile() throws IOException {
        Path outside = Files.writeString(scratch.resolve("outside"), "stays");
        Path tree = Files.createDirectories(scratch.resolve("tree/a/b/c")).getParent();
        Files.write(tree.resolve("large"), new byte[100_000]);
        Files.createSymbolicLink(tree.resolve("link"), outside);
        Files.createSymbolicLink(tree.resolve("up"), Path.of("../.."));
        Files.createLink(tree.resolve("hard"), outside);
        try (Fd opened = LINUX.own(open(tree))) {
            assertThat(LINUX.mknodat(opened.number(), "fifo", 0010600, 0)).isZero();
        }
        TreeRemoval.Outcome outcome = remove("tree");
        assertThat(outcome.result()).isZero();
        assertThat(outcome.files()).isEqualTo(4 + 5);
        assertThat(outcome.bytes()).as("not those of the hard link").isBetween(100_000L, 120_000L);
        assertThat(scratch.resolve("tree")).doesNotExist();
        assertThat(outside).hasContent("stays");
    }

    @Test
    void aFileOrALinkOrNothing() throws IOException {
        Path file = Files.writeString(scratch.resolve("file"), "x");
        Path link = Files.createSymbolicLink(scratch.resolve("link"), Path.of("kept"));
        Files.createDirectory(scratch.resolve("kept"));
        assertThat(remove("file")).isEqualTo(new TreeRemoval.Outcome(0, 1, blocks(file, 1)));
        assertThat(remove("link").files()).isEqualTo(1);
        assertThat(remove("nothing")).isEqualTo(new TreeRemoval.Outcome(0, 0, 0));
        assertThat(link).doesNotExist();
        assertThat(scratch.resolve("kept")).exists();
    }

    /** A file of a few bytes takes one block, or none where they lie in the inode. */
    private long blocks(Path gone, int size) throws IOException {
        Path same = Files.write(gone, new byte[size]);
        try (Fd probe = LINUX.own(open(scratch))) {
            return TreeRemoval.remove(LINUX, probe.number(), same.getFileName().toString()).bytes();
        }
    }

    @Test
    void deeperThanAnyPathIsLong() {
        String name = "d".repeat(100);
        int depth = 3000;
        int at = open(scratch);
        for (int i = 0; i < depth; i++) {
            assertThat(LINUX.mkdirat(at, name, 0700)).isZero();
            int below = LINUX.openat(at, name, Linux.O_PATH | Linux.O_DIRECTORY, 0);
            LINUX.close(at);
            at = below;
        }
        LINUX.close(at);
        assertThat(remove(name)).isEqualTo(new TreeRemoval.Outcome(0, depth, 0));
    }

    @Test
    void moreThanOneReadOfADirectoryGives() throws IOException {
        Path wide = Files.createDirectory(scratch.resolve("wide"));
        for (int i = 0; i < 2000; i++) {
            Files.createDirectory(wide.resolve("directory-with-a-long-name-" + i));
            Files.createFile(wide.resolve("file-with-a-name-that-is-long-" + i));
        }
        TreeRemoval.Outcome outcome = remove("wide");
        assertThat(outcome.result()).isZero();
        assertThat(outcome.files()).isEqualTo(4001);
    }

    @Test
    void directoriesThatNobodyMayLookInto() throws IOException {
        Path tree = Files.createDirectories(scratch.resolve("tree/closed/deeper"));
        Files.writeString(tree.resolve("file"), "x");
        for (String mode : new String[] {"---------", "r--r--r--", "--x------"}) {
            Files.createDirectories(tree);
            Files.writeString(tree.resolve("file"), "x");
            for (Path each : new Path[] {tree, tree.getParent(), tree.getParent().getParent()}) {
                Files.setPosixFilePermissions(each, PosixFilePermissions.fromString(mode));
            }
            assertThat(remove("tree").result()).as(mode).isZero();
            assertThat(scratch.resolve("tree")).doesNotExist();
        }
    }

    @Test
    void namesThatAreNoText() throws Exception {
        Path tree = Files.createDirectory(scratch.resolve("tree"));
        String script =
                "cd \"$1\" && mkdir \"$(printf 'd\\377\\n')\" && cd d* && touch \"$(printf '\\200 x')\" ...";
        Process shell =
                new ProcessBuilder("sh", "-c", script, "sh", tree.toString()).inheritIO().start();
        assertThat(shell.waitFor()).isZero();
        assertThat(remove("tree").files()).isEqualTo(4);
        assertThat(tree).doesNotExist();
    }

    @Test
    void onlyOneNameIsTaken() {
        for (String name : new String[] {"", "a/b", "/", "x".repeat(256), "a\0"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> remove(name));
        }
    }

    /** What one may not remove stays, everything beside it goes, and it is said why. */
    @Test
    void whatCannotBeRemovedIsReported() throws IOException {
        Path tree = Files.createDirectories(scratch.resolve("tree/a"));
        for (String name : List.of("x", "y", "z")) {
            Files.writeString(tree.resolve(name), name);
        }
        FaultyKernel kernel = FaultyKernel.failing(sys -> sys == Sys.UNLINKAT, Errno.EPERM);
        kernel.failAfter(2);
        TreeRemoval.Outcome outcome =
                TreeRemoval.remove(Linux.over(kernel), directory.number(), "tree");
        assertThat(outcome.result()).isEqualTo(-Errno.EPERM);
        assertThat(outcome.files()).isEqualTo(2);
        try (Stream<Path> left = Files.list(tree)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void eachCallMayFail() throws IOException {
        int successes = 0;
        FaultyKernel kernel;
        do {
            Path tree = Files.createDirectories(scratch.resolve("tree/a/b"));
            Files.writeString(tree.resolve("file"), "x");
            kernel = FaultyKernel.failing(sys -> sys != Sys.CLOSE, Errno.EIO);
            kernel.failAfter(successes);
            int result =
                    TreeRemoval.remove(Linux.over(kernel), directory.number(), "tree").result();
            // Not to know how large a file was, or of which mode, keeps nobody from removing it.
            assertThat(result == 0 || result == -Errno.EIO).isTrue();
            assertThat(result == 0 && Files.exists(scratch.resolve("tree"))).isFalse();
            open.expectNoMore();
            assertThat(remove("tree").result()).isZero();
            successes++;
        } while (kernel.hasFailed());
        assertThat(successes).isGreaterThan(15);
    }
}
