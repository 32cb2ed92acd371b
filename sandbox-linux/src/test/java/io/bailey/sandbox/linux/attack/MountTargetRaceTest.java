package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/**
 * CVE-2021-30465, CVE-2024-45310: between looking at a mount's target and mounting there, a
 * directory is exchanged for a symbolic link that leads out. Somebody who shares the root with the
 * sandbox does it all the time; {@code -Dbailey.race.rounds=10000} is the long form.
 */
@ExtendWith(Stage.class)
@Timeout(900)
class MountTargetRaceTest {
    private static final int ROUNDS = Integer.getInteger("bailey.race.rounds", 500);

    @TempDir Path temporary;

    @ParameterizedTest
    @EnumSource(
            value = WritableRoot.class,
            names = {"OVERLAY", "DIRECT"})
    void nothingAppearsOutside(WritableRoot writable) throws Exception {
        Powers.require(Power.STATIC_GCC, Power.USERNS, Power.OVERLAY);
        Path root = makeRoot();
        Path outside = makeOutside();
        FileTime before = Files.getLastModifiedTime(outside);
        Files.createSymbolicLink(root.resolve("link"), outside);
        int started = 0;
        List<String> said;
        try (Helper racer =
                Helper.start(
                        Stage.arena().programs().host(),
                        "exchange",
                        root.resolve("data").toString(),
                        root.resolve("link").toString())) {
            for (int round = 0; round < rounds(writable); round++) {
                started += start(root, writable, round) ? 1 : 0;
                assertThat(list(outside)).as("round %d", round).containsExactly("file");
            }
            said = racer.end();
        }

        assertThat(Files.getLastModifiedTime(outside)).isEqualTo(before);
        assertThat(Files.readString(outside.resolve("file"))).isEqualTo("of the host\n");
        // The race was run: both sides did something.
        assertThat(Long.parseLong(said.getLast())).isGreaterThan(rounds(writable));
        assertThat(started).isPositive();
    }

    /** Where the racer works beneath an overlay, there is less to win. */
    private static int rounds(WritableRoot writable) {
        return writable == WritableRoot.DIRECT ? ROUNDS : ROUNDS / 5;
    }

    private Path makeRoot() throws IOException {
        Path root = Files.createDirectory(temporary.resolve("root"));
        for (String name : List.of("proc", "sys", "dev", "tmp", "data", "bailey-attack")) {
            Files.createDirectory(root.resolve(name));
        }
        Files.createDirectory(temporary.resolve("source"));
        return root;
    }

    private Path makeOutside() throws IOException {
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        Files.writeString(outside.resolve("file"), "of the host\n");
        return outside;
    }

    /** Whether it came to a start. A refusal is as good. */
    private boolean start(Path root, WritableRoot writable, int round) throws InterruptedException {
        Path programs = Stage.arena().root().resolve("bailey-attack");
        Sandbox.Builder sandbox =
                BaileyWall.FULL
                        .sandbox()
                        .rootfs(root)
                        .writableRoot(writable)
                        .mount(Mount.readOnly(programs, "/bailey-attack"));
        try {
            sandbox.mount(mount(round)).run(BaileyWall.FULL.command("attempts", "try", "control"));
            return true;
        } catch (SandboxException refused) {
            return false;
        }
    }

    /** On the exchanged place itself, beneath it, and deep beneath it. */
    private Mount mount(int round) {
        Path source = temporary.resolve("source");
        return switch (round % 4) {
            case 0 -> Mount.readWrite(source, "/data");
            case 1 -> Mount.tmpfs("/data/made", "1M");
            case 2 -> Mount.readOnly(source, "/data/made/and/made");
            default -> Mount.file(new byte[] {1}, "/data/file");
        };
    }

    private static List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
