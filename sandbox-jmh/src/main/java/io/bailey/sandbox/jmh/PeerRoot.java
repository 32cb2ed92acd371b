package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * What others start: a root with all that any of them wants to find in one, the same static {@code
 * true}, and a program that says which process namespace it is in.
 *
 * @param directory the root
 * @param probe that program, where there is a compiler
 */
record PeerRoot(Path directory, Optional<Path> probe) {
    private static final String PROBE =
            """
            #include <stdio.h>
            #include <unistd.h>
            int main(void) {
                char name[64];
                ssize_t n = readlink("/proc/self/ns/pid", name, sizeof name - 1);
                if (n < 0) return 1;
                name[n] = 0;
                puts(name);
                return 0;
            }
            """;

    static PeerRoot make(Workbench bench) throws IOException, InterruptedException {
        Path root = Files.createDirectory(bench.root().resolveSibling("peer-root"));
        for (String name :
                List.of("dev", "etc", "proc", "root", "run", "sys", "tmp", "usr", "var")) {
            Files.createDirectory(root.resolve(name));
        }
        // systemd-nspawn takes a directory for a root by this file.
        Files.writeString(root.resolve("etc/os-release"), "ID=bench\n");
        Files.copy(bench.program(), root.resolve("true"));
        runnable(root.resolve("true"));
        if (!Gcc.isPresent()) {
            return new PeerRoot(root, Optional.empty());
        }
        Path source = Files.writeString(root.resolveSibling("probe.c"), PROBE);
        Path probe = root.resolve("probe");
        Gcc.compile(probe, List.of("-static"), List.of(source));
        return new PeerRoot(root, Optional.of(runnable(probe)));
    }

    private static Path runnable(Path program) throws IOException {
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A directory for what a peer needs besides. */
    Path beside(String name) throws IOException {
        return Files.createDirectories(directory.resolveSibling(name));
    }
}
