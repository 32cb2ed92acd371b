package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C compiler, where there is one. Bailey needs none; only the comparison with C does. */
final class Gcc {
    private Gcc() {}

    static boolean isPresent() {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, "gcc"))) {
                return true;
            }
        }
        return false;
    }

    /** Compiles {@code sources} into {@code program}. */
    static void compile(Path program, List<String> options, List<Path> sources)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("gcc", "-O2"));
        command.addAll(options);
        command.addAll(List.of("-o", program.toString()));
        sources.forEach(source -> command.add(source.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + "\n" + output);
        }
    }
}
