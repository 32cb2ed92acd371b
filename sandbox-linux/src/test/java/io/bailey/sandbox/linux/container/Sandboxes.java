package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.cgroup.Cgroups;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What the end-to-end tests share. */
public final class Sandboxes {
    /** Far beyond what anything here takes, on the slowest guest too: a hang becomes a failure. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private Sandboxes() {}

    /** A sandbox on the host's own tree. */
    static Sandbox.Builder host() {
        return Sandbox.builder().rootfs(Rootfs.host()).timeout(PATIENCE);
    }

    /** What a script prints, without the line end. It must succeed. */
    static String sh(Sandbox.Builder sandbox, String script) throws InterruptedException {
        return sandbox.run("sh", "-c", script).orThrow().stdout().strip();
    }

    /** What a script prints on both streams, whatever its exit code. */
    static String both(Sandbox.Builder sandbox, String script) throws InterruptedException {
        Result result = sandbox.run("sh", "-c", script);
        return (result.stdout() + result.stderr()).strip();
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What the kernel holds for the group of a container, by the file's v2 or v1 name. Other
     * people's groups come and go meanwhile.
     */
    static String cgroupSetting(Container container, String... names) {
        String group = Cgroups.nameFor(container.id());
        AtomicReference<Path> found = new AtomicReference<>();
        try {
            Files.walkFileTree(
                    Path.of("/sys/fs/cgroup"),
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(
                                Path file, BasicFileAttributes attributes) {
                            if (file.getParent().endsWith(group)
                                    && List.of(names).contains(file.getFileName().toString())) {
                                found.set(file);
                                return FileVisitResult.TERMINATE;
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path gone, IOException e) {
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path directory, IOException gone) {
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(found.get()).as("%s of %s", List.of(names), group).isNotNull();
        return read(found.get()).strip();
    }

    static List<String> list(Path directory) {
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until {@code condition} holds. Returns whether it did within {@link #PATIENCE}. */
    public static boolean eventually(BooleanSupplier condition) {
        return eventually(PATIENCE, condition);
    }

    public static boolean eventually(Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }
}
