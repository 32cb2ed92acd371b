package io.bailey.sandbox.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Mount;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

class CommandFilesTest {
    private static final Path ELSEWHERE = Path.of("/usr");

    @TempDir Path directory;

    private List<Path> shown(String... command) {
        return CommandFiles.mounts(List.of(command), ELSEWHERE).stream()
                .map(mount -> Path.of(mount.target()))
                .toList();
    }

    @Test
    void showsAClassPath() throws IOException {
        Path one = Files.createFile(directory.resolve("one.jar"));
        Path two = Files.createDirectory(directory.resolve("two"));

        assertThat(shown("java", "-cp", one + ":" + two + ":/usr/share", "Main"))
                .containsExactlyInAnyOrder(one, two);
    }

    @Test
    void showsTheFileOfAnOption() throws IOException {
        Path file = Files.createFile(directory.resolve("commands"));

        assertThat(shown("java", "-XX:CompileCommandFile=" + file)).containsExactly(file);
        assertThat(shown("java", "-javaagent:" + file + "=x")).containsExactly(file);
    }

    @Test
    void showsWhatAJarsManifestNames() throws IOException {
        Path library = Files.createFile(directory.resolve("library.jar"));
        Path jar = directory.resolve("app.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "library.jar missing.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();

        assertThat(shown("java", "-jar", jar.toString())).containsExactlyInAnyOrder(jar, library);
    }

    @Test
    void showsWhatLiesInADirectoryOnce() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThat(shown("cat", file.toString(), directory.toString())).containsExactly(directory);
    }

    @Test
    void showsTheWorkingDirectoryAndWhatIsNamedFromThere() {
        assertThat(CommandFiles.mounts(List.of("true"), directory))
                .containsExactly(Mount.readOnly(directory, directory.toString()));
    }

    @Test
    void leavesOutWhatIsSeenAnyway() {
        assertThat(shown("/usr/bin/env", "/tmp", "/nowhere", "\0", "")).isEmpty();
    }
}
