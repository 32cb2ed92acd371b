package io.bailey.sandbox.linux.attack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The file that a hostile program must find before it does anything, see marker.c.
 *
 * @param path where it is, as the program sees it
 * @param token what the command line must repeat
 */
record Marker(String path, String token) {
    /** A directory that no host has. */
    static final String INSIDE = "/bailey-attack";

    /**
     * Writes one.
     *
     * @param file where it is on the host
     * @param facts what the program is to know of this run
     */
    void write(Path file, String mode, Map<String, Object> facts) throws IOException {
        String lines =
                facts.entrySet().stream()
                        .map(fact -> fact.getKey() + "=" + fact.getValue() + "\n")
                        .collect(Collectors.joining());
        Files.writeString(
                file,
                "mode=%s\nself=%s\ntoken=%s\nmount-namespace=%s\npid-namespace=%s\n%s"
                        .formatted(mode, path, token, namespace("mnt"), namespace("pid"), lines));
    }

    /** The number of a namespace of this JVM: "mnt:[4026531841]". */
    private static String namespace(String type) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns", type))
                .toString()
                .replaceAll("\\D", "");
    }
}
