package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/**
 * A root made to be run by the runtime: programs that are the runtime's own executable
 * (CVE-2019-5736), and tools that a runtime might call (CVE-2019-14271, CVE-2026-41567). {@link
 * Stage} digests the JVM's executable before and after.
 */
@ExtendWith(Stage.class)
@Timeout(60)
class RuntimeFilesTest {
    private static final List<String> TOOLS =
            List.of("xz", "gzip", "tar", "unpigz", "newuidmap", "newgidmap", "mount", "ldconfig");

    @TempDir Path temporary;

    private Path root;

    @BeforeEach
    void make() throws IOException {
        root = directory("root");
        for (String name : List.of("proc", "sys", "dev", "tmp", "bin", "sbin", "usr/bin", "lib")) {
            directory("root/" + name);
        }
    }

    private Path directory(String name) throws IOException {
        Path made = Files.createDirectories(temporary.resolve(name));
        return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void executable(String name, String content) throws IOException {
        Path file = Files.writeString(root.resolve(name), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Sandbox.Builder sandbox() {
        return Sandbox.builder()
                .rootfs(root)
                .writableRoot(WritableRoot.DIRECT)
                .timeout(Duration.ofSeconds(5));
    }

    /**
     * The interpreter of the script is whoever executes it: Bailey's init, which lies in no file.
     */
    @ParameterizedTest
    @ValueSource(strings = {"/proc/self/exe", "/proc/1/exe", "/proc/self/fd/3", "/dev/fd/4"})
    void aCommandThatIsTheRuntime(String runtime) throws Exception {
        Powers.require(Power.USERNS);
        executable("bin/sh", "#!" + runtime + "\n");
        Files.createSymbolicLink(root.resolve("bin/link"), Path.of(runtime));

        for (String program : List.of("/bin/sh", "/bin/link", runtime)) {
            assertThat(runs(Command.of(program))).as(program).isFalse();
        }
    }

    private boolean runs(Command command) throws InterruptedException {
        try {
            Result result = sandbox().run(command);
            return result.exitCode() == 0;
        } catch (SandboxException refused) {
            return false;
        }
    }

    /** Whatever Bailey does on the way in, it does itself. */
    @Test
    void noToolOfTheRootIsRun() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        Path tool = Stage.arena().programs().host();
        for (String name : TOOLS) {
            Files.copy(tool, root.resolve("usr/bin").resolve(name));
            Files.copy(tool, root.resolve("sbin").resolve(name));
        }
        directory("root/bailey-attack");

        Result result = sandbox().user(1000, 1000).run("/usr/bin/xz");
        Files.deleteIfExists(root.resolve("bailey-attack-canary"));
        Result asRoot = sandbox().run("/usr/bin/xz");

        assertThat(result.exitCode()).isZero();
        assertThat(asRoot.exitCode()).isZero();
        assertThat(root.resolve("bailey-attack-canary")).as("the trap works").exists();
        Files.delete(root.resolve("bailey-attack-canary"));

        Files.copy(Stage.arena().programs().attempts(), root.resolve("bin/attempts"));
        assertThat(sandbox().run("/bin/attempts").exitCode()).isEqualTo(Wall.NO_MARKER);
        assertThat(root.resolve("bailey-attack-canary")).doesNotExist();
    }
}
