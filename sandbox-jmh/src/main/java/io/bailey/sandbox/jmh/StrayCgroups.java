package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Control groups that the tools we compare with make and leave: podman's parent, the two that
 * systemd-nspawn moves itself between. Removed are only those that were not there before, and only
 * if nothing is in them: rmdir(2) sees to that.
 *
 * @param known those that were there
 */
record StrayCgroups(Set<Path> known) {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final List<String> NAMES =
            List.of("libpod_parent/conmon", "libpod_parent", "payload", "supervisor");

    static StrayCgroups before() throws IOException {
        return new StrayCgroups(Set.copyOf(find()));
    }

    /** Removes what has come since. */
    void remove() throws IOException {
        for (Path group : find()) {
            if (!known.contains(group)) {
                try {
                    Files.deleteIfExists(group);
                } catch (FileSystemException inUse) {
                    System.err.println("left behind, in use: " + group);
                }
            }
        }
    }

    private static List<Path> find() throws IOException {
        List<Path> found = new ArrayList<>();
        List<Path> hierarchies = new ArrayList<>(List.of(ROOT));
        try (Stream<Path> children = Files.list(ROOT)) {
            children.filter(Files::isDirectory).forEach(hierarchies::add);
        }
        for (Path hierarchy : hierarchies) {
            for (String name : NAMES) {
                if (Files.isDirectory(hierarchy.resolve(name))) {
                    found.add(hierarchy.resolve(name));
                }
            }
        }
        return found;
    }
}
