package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Map;

class InsidePathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/a", "/a/b.c", "/..a", "/a..", "/...", "/.hidden", "/a b", "/\u00e9"})
    void acceptsTheOneSpelling(String path) {
        assertThat(InsidePath.absolute("workdir", path)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({
        "a, is not absolute",
        "./a, is not absolute",
        "//, has an empty part; only a normalized path is accepted",
        "//a, has an empty part; only a normalized path is accepted",
        "/a/, has an empty part; only a normalized path is accepted",
        "/a//b, has an empty part; only a normalized path is accepted",
        "/., 'has the part \".\"; only a normalized path is accepted'",
        "/a/./b, 'has the part \".\"; only a normalized path is accepted'",
        "/.., 'has the part \"..\"; only a normalized path is accepted'",
        "/a/../b, 'has the part \"..\"; only a normalized path is accepted'",
    })
    void refusesEveryOther(String path, String reason) {
        rejected(() -> InsidePath.absolute("workdir", path), "workdir: \"" + path + "\" " + reason);
    }

    @Test
    void refusesNoPath() {
        rejected(() -> InsidePath.absolute("workdir", ""), "workdir: must not be empty");
    }

    @Test
    void refusesANul() {
        rejected(
                () -> InsidePath.absolute("workdir", "/a\0"),
                "workdir: \"/a\\u{0}\" has a NUL character at index 2");
    }

    @Test
    void acceptsWhatTheKernelAccepts() {
        assertThat(InsidePath.absolute("workdir", "/" + "a".repeat(4_094))).hasSize(4_095);
        rejected(
                () -> InsidePath.absolute("workdir", "/" + "a".repeat(4_095)),
                "workdir: \"/"
                        + "a".repeat(79)
                        + "\u2026\" has 4096 bytes, more than the 4095 allowed");
    }

    @Test
    void refusesTheRootAsATarget() {
        rejected(
                () -> InsidePath.belowRoot("mount target", "/"),
                "mount target: \"/\" is the root itself; use rootfs(...)");
    }

    @Test
    void takesRelativePathsWhereTheyMeanSomething() {
        assertThat(InsidePath.anywhere("cgroupParent", "a/b")).isEqualTo("a/b");
        assertThat(InsidePath.anywhere("cgroupParent", "/a/b")).isEqualTo("/a/b");
        rejected(
                () -> InsidePath.anywhere("cgroupParent", "../a"),
                "cgroupParent: \"../a\" has the part \"..\"; only a normalized path is accepted");
    }

    @Test
    void makesPathsOfTheHostAbsolute() {
        assertThat(InsidePath.onHost("rootfs", Path.of("x/../y")))
                .isAbsolute()
                .isEqualTo(Path.of("").toAbsolutePath().resolve("x/../y"));
    }

    @Test
    void refusesPathsThatAreNotOnTheHost(@TempDir Path directory) throws IOException {
        try (FileSystem zip =
                FileSystems.newFileSystem(directory.resolve("a.zip"), Map.of("create", "true"))) {
            rejected(
                    () -> InsidePath.onHost("rootfs", zip.getPath("/a")),
                    "rootfs: \"/a\" is not in the default file system of this host");
        }
    }
}
