package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A directory with what is measured: a static {@code true}, a root that holds little else, and the
 * C floor where gcc is found. It lies below the working directory, not in /tmp, which a sandbox of
 * the host's root does not see.
 */
public final class Workbench implements AutoCloseable {
    private static final List<String> MOUNT_POINTS = List.of("dev", "etc", "proc", "sys", "tmp");

    private final Path directory;
    private final Path root;
    private final Path program;
    private final Optional<FloorPrograms> floor;
    private final Optional<Path> mountFloor;
    private final Optional<Path> execFloor;
    private final Optional<Path> bareFloor;
    private final Path pause;

    private Workbench(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.root = directory.resolve("root");
        this.program = root.resolve("true");
        for (String name : MOUNT_POINTS) {
            Files.createDirectories(root.resolve(name));
        }
        makeTrue();
        this.floor = Gcc.isPresent() ? Optional.of(makeFloor()) : Optional.empty();
        this.mountFloor = make("floor-mount", "floor_mount.c");
        this.execFloor = make("floor-exec", "floor_exec.c");
        this.bareFloor = make("floor-bare", "floor_bare.c");
        this.pause = root.resolve("pause");
        makePause();
    }

    /** The two programs of the floor. */
    record FloorPrograms(Path parent, Path init) {}

    /** Makes one. Whatever it holds is gone after {@link #close}. */
    public static Workbench open() throws IOException, InterruptedException {
        Path base = Path.of("target").toAbsolutePath();
        for (String hidden : List.of("/tmp", "/var/tmp", "/run")) {
            if (base.startsWith(hidden)) {
                throw new IOException(
                        base + " is not seen by a sandbox of the host's root; run this elsewhere");
            }
        }
        Files.createDirectories(base);
        Path directory = Files.createTempDirectory(base, "workbench");
        // The sandbox's root is nobody on the host: it must be able to pass.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new Workbench(directory);
    }

    private void makeTrue() throws IOException, InterruptedException {
        if (Gcc.isPresent()) {
            Path source =
                    Files.writeString(
                            directory.resolve("true.c"), "int main(void) { return 0; }\n");
            Gcc.compile(program, List.of("-static"), List.of(source));
        } else {
            Files.write(program, TinyElf.bytes());
        }
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private FloorPrograms makeFloor() throws IOException, InterruptedException {
        copy("floor.h");
        copy("floor_launch.h");
        FloorPrograms programs =
                new FloorPrograms(directory.resolve("floor"), directory.resolve("floor-init"));
        Gcc.compile(
                programs.parent(),
                List.of("-pthread"),
                List.of(copy("floor.c"), copy("floor_launch.c")));
        Gcc.compile(
                programs.init(),
                List.of(
                        "-static",
                        "-nostdlib",
                        "-ffreestanding",
                        "-fno-stack-protector",
                        "-fno-pie",
                        "-no-pie"),
                List.of(copy("floor_init.c")));
        return programs;
    }

    /** Those with a header share it with the other floor, which has copied it. */
    private Optional<Path> make(String name, String source)
            throws IOException, InterruptedException {
        if (!Gcc.isPresent()) {
            return Optional.empty();
        }
        Path program = directory.resolve(name);
        Gcc.compile(program, List.of(), List.of(copy(source)));
        return Optional.of(program);
    }

    private void makePause() throws IOException, InterruptedException {
        if (Gcc.isPresent()) {
            Path source =
                    Files.writeString(
                            directory.resolve("pause.c"),
                            "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n");
            Gcc.compile(pause, List.of("-static"), List.of(source));
        } else {
            Files.write(pause, TinyElf.pausing());
        }
        Files.setPosixFilePermissions(pause, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path copy(String name) throws IOException {
        Path target = directory.resolve(name);
        try (InputStream in = Workbench.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the resource " + name + " is missing");
            }
            Files.copy(in, target);
        }
        return target;
    }

    /** A directory to use as a root; it holds the program as /true. */
    Path root() {
        return root;
    }

    /** The static {@code true}, as the host sees it. */
    Path program() {
        return program;
    }

    Optional<FloorPrograms> floor() {
        return floor;
    }

    /** The floor of a further command. */
    Optional<Path> execFloor() {
        return execFloor;
    }

    /** The floor of any start. */
    Optional<Path> bareFloor() {
        return bareFloor;
    }

    /** A static program that waits for ever, in the root. */
    Path pause() {
        return pause;
    }

    /** The floor of an image's root. */
    Optional<Path> mountFloor() {
        return mountFloor;
    }

    @Override
    public void close() {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }
}
