package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.linux.sys.Linux;

import java.nio.file.Path;
import java.util.Optional;

/** Where a user's own store is, after the XDG base directory specification. */
final class DefaultStore {
    private static final Path ROOTS = Path.of("/var/lib/bailey/images");

    private DefaultStore() {}

    static Path of(Linux linux) {
        if (linux.geteuid() == 0) {
            return ROOTS;
        }
        Path data =
                Optional.ofNullable(System.getenv("XDG_DATA_HOME"))
                        .map(Path::of)
                        // "All paths set in these environment variables must be absolute."
                        .filter(Path::isAbsolute)
                        .orElseGet(
                                () -> Path.of(System.getProperty("user.home"), ".local", "share"));
        return data.resolve("bailey").resolve("images");
    }
}
