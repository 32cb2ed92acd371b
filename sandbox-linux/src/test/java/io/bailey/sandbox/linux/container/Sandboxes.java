package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
