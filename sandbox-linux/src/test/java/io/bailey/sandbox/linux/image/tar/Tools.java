package io.bailey.sandbox.linux.image.tar;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Programs of the machine that make archives and compress them. */
final class Tools {
    static final String TAR = "/usr/bin/tar";
    static final String BSDTAR = "/usr/bin/bsdtar";
    static final String GZIP = "/usr/bin/gzip";
    static final String PIGZ = "/usr/bin/pigz";
    static final String ZSTD = "/usr/bin/zstd";

    private Tools() {}

    /** Runs shell commands in a directory; all must succeed. */
    static void run(Path directory, String commands) throws IOException, InterruptedException {
        Process shell =
                new ProcessBuilder("sh", "-ec", commands)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(shell.getInputStream().readAllBytes(), UTF_8);
        if (shell.waitFor() != 0) {
            throw new AssertionError(commands + ": " + output);
        }
    }

    /** What a program makes of bytes. */
    static byte[] filter(Path directory, byte[] input, String command)
            throws IOException, InterruptedException {
        Path in = Files.write(directory.resolve("in"), input);
        Path out = directory.resolve("out");
        run(directory, command + " < in > out");
        byte[] output = Files.readAllBytes(out);
        Files.delete(in);
        Files.delete(out);
        return output;
    }
}
