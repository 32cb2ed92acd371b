package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which versions of others were compared with. */
final class ToolVersions {
    private static final List<List<String>> QUESTIONS =
            List.of(
                    List.of("bwrap", "--version"),
                    List.of("unshare", "--version"),
                    List.of("crun", "--version"),
                    List.of("runc", "--version"),
                    List.of("podman", "--version"),
                    List.of("systemd-nspawn", "--version"),
                    List.of("firejail", "--version"),
                    List.of("tar", "--version"),
                    List.of("umoci", "--version"),
                    List.of("skopeo", "--version"),
                    List.of("fuse-overlayfs", "--version"),
                    List.of("gcc", "--version"));

    private ToolVersions() {}

    private static String line(String answer) {
        return answer.lines()
                .filter(line -> line.chars().anyMatch(Character::isDigit))
                .findFirst()
                .orElse("unknown")
                .strip();
    }

    /** By their names, the first line that each says of itself. */
    static Map<String, String> find() throws InterruptedException {
        Map<String, String> versions = new LinkedHashMap<>();
        for (List<String> question : QUESTIONS) {
            String tool = question.getFirst();
            if (!Shell.has(tool)) {
                versions.put(tool, "not installed");
                continue;
            }
            try {
                versions.put(tool, line(Shell.run(question)));
            } catch (IOException e) {
                versions.put(tool, "unknown");
            }
        }
        return versions;
    }
}
