package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A state directory that cannot be written to. Each test has an engine of its own. */
class UnwritableStateTest {

    private static void withState(Path place, ThrowingRunnable body) throws Exception {
        String before = System.setProperty("bailey.state", place.toString());
        try {
            body.run();
        } finally {
            System.setProperty("bailey.state", before);
        }
    }

    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    private static Sandbox fresh() {
        Linux linux = Linux.host();
        return new Engine(linux, HostFacts.probe(linux)).create(Sandboxes.host().build().spec());
    }

    @Test
    void whereNothingCanBeWrittenNothingIsStarted(@TempDir Path directory) throws Exception {
        Powers.require(Power.NOT_ROOT);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
        withState(
                directory.resolve("state"),
                () -> {
                    try (Sandbox sandbox = fresh()) {
                        assertThatExceptionOfType(SandboxException.class)
                                .isThrownBy(() -> sandbox.start("true"))
                                .withMessageContaining("EACCES")
                                .withMessageContaining(directory.resolve("state").toString())
                                .withMessageContaining("-Dbailey.state=");
                        // What is no container needs none.
                        assertThat(sandbox.run("true").success()).isTrue();
                    }
                });
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void aFullDiskFailsTheStartAndLosesNothing(@TempDir Path directory) throws Exception {
        Powers.require(Power.ROOT);
        Process mounted =
                new ProcessBuilder(
                                "mount",
                                "-t",
                                "tmpfs",
                                "-o",
                                "size=256k,mode=700",
                                "tmpfs",
                                directory.toString())
                        .inheritIO()
                        .start();
        assertThat(mounted.waitFor()).isZero();
        try {
            withState(directory, () -> fullDisk(directory));
        } finally {
            new ProcessBuilder("umount", "-l", directory.toString()).start().waitFor();
        }
    }

    private static void fullDisk(Path directory) throws Exception {
        try (Sandbox sandbox = fresh();
                Container before = sandbox.start("sleep", "60")) {
            Path ballast = directory.resolve("ballast");
            fill(ballast);

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> sandbox.start("true"))
                    .withMessageContaining("ENOSPC")
                    .withMessageContaining(directory.toString())
                    .withMessageContaining("-Dbailey.state=");
            assertThat(Sandboxes.list(directory.resolve("containers")))
                    .containsExactly(before.id());

            before.kill();
            assertThat(before.waitFor().exitCode()).isNotZero();
            // What could not be written is so nevertheless.
            assertThat(before.info().state()).isEqualTo(ContainerState.STOPPED);
            assertThat(Sandboxes.list(directory.resolve("containers").resolve(before.id())))
                    .containsExactly("state.json");

            Files.delete(ballast);
            try (Container after = sandbox.start("true")) {
                after.waitFor();
            }
        }
        assertThat(Sandboxes.list(directory.resolve("containers"))).isEmpty();
    }

    private static void fill(Path ballast) throws IOException {
        try (var out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }
}
