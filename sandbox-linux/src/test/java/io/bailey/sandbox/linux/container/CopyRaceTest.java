package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A process in the container exchanges directories for links while files are copied
 * (CVE-2018-15664, CVE-2019-14271 and their kin): nothing of the host is read or changed.
 */
@ExtendWith(LeakAudit.class)
class CopyRaceTest {
    private static final int ROUNDS = 60;

    @TempDir Path temp;

    /** Where links and their targets are the same on both sides, a path walk would reach them. */
    private Path precious() throws IOException {
        Path precious = Files.createDirectories(temp.resolve("precious/sub"));
        Files.writeString(precious.resolve("file"), "the host's");
        Files.writeString(precious.getParent().resolve("file"), "the host's");
        return precious.getParent();
    }

    private static List<String> contents(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            return all.sorted()
                    .map(path ->
                            path
                                    + (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                                            ? " " + Sandboxes.read(path)
                                            : ""))
                    .toList();
        }
    }

    @Test
    @Timeout(120)
    void linksThatComeAndGoLeadNowhere() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        Path precious = precious();
        Path tree = Files.createDirectories(temp.resolve("tree/a/sub"));
        for (int i = 0; i < 20; i++) {
            Files.writeString(tree.resolve("f" + i), "ours");
            Files.writeString(tree.getParent().resolve("file"), "ours");
        }
        Files.writeString(tree.resolve("file"), "ours");
        String swap =
                "mkdir -p /data/tree /data/x; cd /data/tree; while :; do"
                        + " for to in "
                        + precious
                        + " /proc/1/root"
                        + precious
                        + " /proc/self/fd /proc/self/cwd ../../../.."
                        + precious
                        + "; do rm -rf a; ln -sf $to a; mv a b; mkdir -p a; rm -rf a/sub;"
                        + " ln -s $to a/sub; ln -sf $to/file a/file; ln -sf /proc/self/fd/7 a/f1;"
                        + " rm -rf a; mv b a; done; : >/data/x/turned; done";
        List<String> before = contents(precious);
        List<String> mine = contents(temp.resolve("tree"));
        try (Container container =
                root.sandbox()
                        .mount(Mount.readWrite(Files.createDirectory(temp.resolve("b")), "/mnt"))
                        .start("sh", "-c", swap)) {
            for (int i = 0; i < ROUNDS; i++) {
                Path out = Files.createDirectories(temp.resolve("out/" + i));
                try {
                    container.copyIn(temp.resolve("tree"), "/data");
                    container.copyOut("/data/tree", out);
                    container.copyOut("/data/tree/a/file", out.resolve("single"));
                } catch (SandboxException lostTheRace) {
                    assertThat(lostTheRace).hasMessageNotContaining("internal");
                }
                for (String line : contents(out)) {
                    assertThat(line).doesNotContain("the host's");
                }
            }
            // It was at work meanwhile.
            assertThat(container.exec("test", "-e", "/data/x/turned").exitCode()).isZero();
        }
        assertThat(contents(precious)).isEqualTo(before);
        assertThat(contents(temp.resolve("tree"))).isEqualTo(mine);
    }

    /** The kernel gives a walk upwards up whenever anything is renamed anywhere meanwhile. */
    @Test
    @Timeout(120)
    void renamesElsewhereDisturbNoWalk() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        Path file = Files.writeString(temp.resolve("file"), "content");
        AtomicBoolean over = new AtomicBoolean();
        Path one = Files.createDirectory(temp.resolve("renamed"));
        Path other = temp.resolve("renamed-too");
        Thread renaming =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!over.get()) {
                                assertThat(one.toFile().renameTo(other.toFile())).isTrue();
                                assertThat(other.toFile().renameTo(one.toFile())).isTrue();
                            }
                        });
        try (Container container = root.sandbox().start("sleep", "1000")) {
            String upwards = "/data/../data/../data/../data";
            for (int i = 0; i < 30; i++) {
                container.copyIn(file, upwards);
            }
            for (int i = 0; i < 300; i++) {
                ByteArrayOutputStream tar = new ByteArrayOutputStream();
                container.copyOut(upwards + "/file", tar);
                assertThat(tar.toString()).contains("content");
            }
        } finally {
            over.set(true);
            renaming.join();
        }
    }

    /** The other side of it: links on the host that lie in the way of what comes out. */
    @Test
    void whatLiesInTheWayIsNotFollowed() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        Path precious = precious();
        List<String> before = contents(precious);
        Path out = Files.createDirectories(temp.resolve("out"));
        try (Container container = root.sandbox().start("sleep", "1000")) {
            container
                    .exec("sh", "-c", "mkdir -p /data/d; ln -s " + precious + " /data/d/evil")
                    .orThrow();
            container.copyOut("/data/d", out);
            container
                    .exec(
                            "sh",
                            "-c",
                            "cd /data/d; rm evil; mkdir -p evil/sub; echo 1 >evil/file; echo 1 >evil/sub/file")
                    .orThrow();
            try {
                container.copyOut("/data/d", out);
                throw new AssertionError("it went through the link");
            } catch (SandboxException refused) {
                assertThat(refused).hasMessageContainingAll("copy out", "/data/d/evil");
            }
        }
        assertThat(contents(precious)).isEqualTo(before);
    }
}
