package io.bailey.sandbox.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The launcher as a program: a JVM of its own each time. */
@Timeout(120)
class LaunchTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir Path directory;

    /** What a launched command did. */
    private record Answer(int exit, String output, String errors) {}

    private Answer launch(List<String> arguments, String input)
            throws IOException, InterruptedException {
        Path errors = directory.resolve("errors");
        Process process =
                new ProcessBuilder(FreshJvm.command(List.of(), Launch.class, arguments))
                        .redirectError(errors.toFile())
                        .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes());
        }
        String output = new String(process.getInputStream().readAllBytes());
        return new Answer(process.waitFor(), output, Files.readString(errors));
    }

    @Test
    void runsAMainOfAClassPath() throws IOException, InterruptedException {
        Answer answer =
                launch(
                        new CommandLine()
                                .and("--", JAVA, "-cp", System.getProperty("java.class.path"))
                                .and(JvmMain.class.getName(), "one", "two")
                                .words(),
                        "some words");

        assertConfined(answer);
    }

    @Test
    void runsAMainOfAJar() throws IOException, InterruptedException {
        Path jar = directory.resolve("app.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, JvmMain.class.getName());
        String entry = JvmMain.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry(entry));
            out.write(JvmMain.class.getResourceAsStream("JvmMain.class").readAllBytes());
        }

        assertConfined(
                launch(List.of("--", JAVA, "-jar", jar.toString(), "one", "two"), "some words"));
    }

    private static void assertConfined(Answer answer) {
        assertThat(answer.errors()).isEqualTo("an error\n");
        assertThat(answer.exit()).isEqualTo(7);
        assertThat(answer.output())
                .contains("arguments one two\n", "host bailey-launch\n", "input some words\n");
        // A process namespace of its own has small numbers.
        assertThat(answer.output()).containsPattern("pid [0-9]\n");
    }

    @Test
    void keepsEnvironmentAndWorkingDirectory() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                new CommandLine()
                                        .and("env", "HELLO=world")
                                        .and(
                                                FreshJvm.command(
                                                        List.of(),
                                                        Launch.class,
                                                        List.of(
                                                                "--",
                                                                "/bin/sh",
                                                                "-c",
                                                                "echo $HELLO; pwd; echo x >here"
                                                                        + " || echo read-only")))
                                        .words())
                        .directory(directory.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        process.getOutputStream().close();

        assertThat(new String(process.getInputStream().readAllBytes()))
                .isEqualTo("world\n" + directory + "\nread-only\n");
    }

    @Test
    void letsACommandWriteWhereItIsToldTo() throws IOException, InterruptedException {
        Path place = Files.createDirectory(directory.resolve("place"));

        Answer answer =
                launch(
                        List.of(
                                "--options",
                                "write=" + place,
                                "--",
                                "/bin/sh",
                                "-c",
                                "echo hi >" + place + "/there"),
                        "");

        assertThat(answer).isEqualTo(new Answer(0, "", ""));
        assertThat(place.resolve("there")).hasContent("hi\n");
    }

    @Test
    void passesSignalsOnAsShellsDo() throws IOException, InterruptedException {
        assertThat(launch(List.of("--", "/bin/sh", "-c", "kill -9 $$"), "").exit())
                .isEqualTo(128 + 9);
    }

    @Test
    void saysWhatItCannotDo() throws IOException, InterruptedException {
        Answer missing = launch(List.of("--", "/no/such/program"), "");
        assertThat(missing.exit()).isEqualTo(127);
        assertThat(missing.errors()).contains("/no/such/program");
        assertThat(launch(List.of("--", "/etc/passwd"), "").exit()).isEqualTo(126);
        Answer wrong = launch(List.of("--options", "speed=11", "--", "true"), "");
        assertThat(wrong.exit()).isEqualTo(125);
        assertThat(wrong.errors()).contains("the option \"speed\" is not known");
        assertThat(launch(List.of(), "").errors()).contains("there is no command", "usage:");
        Answer orphan = launch(List.of("--parent", "1", "--", "true"), "");
        assertThat(orphan.exit()).isEqualTo(125);
        assertThat(orphan.errors()).contains("not by 1");
    }

    @Test
    void writesDownWhatWasUsed() throws IOException, InterruptedException {
        Path figures = directory.resolve("figures");

        Answer answer = launch(List.of("--figures", figures.toString(), "--", "/bin/true"), "");

        assertThat(answer.exit()).isZero();
        assertThat(LaunchFigures.read(figures).values()).containsKey("sandbox.cpu.user");
    }

    /**
     * The parent is a shell that is killed outright; that the command is gone shows in the end of
     * the output, which only it has open.
     */
    @Test
    void endsWithItsParent() throws IOException, InterruptedException {
        List<String> launcher =
                FreshJvm.command(
                        List.of(),
                        Launch.class,
                        List.of("--parent", "$$", "--", "/bin/sh", "-c", "echo up; sleep 1000"));
        String words =
                String.join(
                        " ",
                        launcher.stream()
                                .map(word -> word.equals("$$") ? "$$" : "'" + word + "'")
                                .toList());
        // The second command keeps the shell from becoming the launcher.
        Process shell =
                new ProcessBuilder("/bin/sh", "-c", words + "; exit 3")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader output = shell.inputReader();
        assertThat(output.readLine()).isEqualTo("up");

        // By its handle: the process's own method closes the streams here.
        shell.toHandle().destroyForcibly();

        assertThat(output.readLine()).isNull();
        assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
