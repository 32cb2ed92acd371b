package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The C programs of the attacks, compiled without libraries: they run in roots that have nothing
 * else.
 *
 * @param attempts one attempt by name
 * @param bombs one bomb by name
 * @param host harmless; makes what the tests need on the host
 */
record HostilePrograms(Path attempts, Path bombs, Path host) {
    private static final List<String> HEADERS = List.of("marker.h", "attempt.h");
    private static final List<String> ATTEMPTS =
            List.of(
                    "attempts.c",
                    "marker.c",
                    "roots.c",
                    "mounts.c",
                    "masks.c",
                    "processes.c",
                    "namespaces.c",
                    "calls.c",
                    "foreign.c",
                    "sockets.c",
                    "terminals.c",
                    "kernelfiles.c",
                    "devices.c",
                    "privileges.c",
                    "secrets.c",
                    "objects.c",
                    "outside.c",
                    "layer.c");
    private static final List<String> BOMBS = List.of("bombs.c", "marker.c");

    static HostilePrograms compile(Path directory) throws IOException, InterruptedException {
        HEADERS.forEach(name -> copy(name, directory));
        return new HostilePrograms(
                compile(directory, "attempts", ATTEMPTS),
                compile(directory, "bombs", BOMBS),
                compile(directory, "host", List.of("host.c")));
    }

    private static Path compile(Path directory, String name, List<String> sources)
            throws IOException, InterruptedException {
        sources.forEach(source -> copy(source, directory));
        Path program = directory.resolve(name);
        List<String> command = new ArrayList<>(List.of("gcc", "-std=gnu17", "-static", "-O1"));
        command.addAll(List.of("-Wall", "-Wextra", "-Werror", "-o", program.toString()));
        command.addAll(sources);
        Process gcc =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(gcc.waitFor()).as(said).isZero();
        return program;
    }

    private static void copy(String name, Path directory) {
        Path target = directory.resolve(name);
        try (InputStream source = resource(name)) {
            if (Files.notExists(target)) {
                Files.copy(source, target);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A file beside the sources. */
    static InputStream resource(String name) {
        return Objects.requireNonNull(HostilePrograms.class.getResourceAsStream(name), name);
    }

    Stream<Path> hostile() {
        return Stream.of(attempts, bombs);
    }
}
