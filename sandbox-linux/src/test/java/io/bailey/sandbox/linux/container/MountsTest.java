package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.list;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.Mount;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** The caller's own mounts. */
@ExtendWith(LeakAudit.class)
class MountsTest {
    @TempDir Path temporary;

    @TempDir(factory = InTmp.class)
    Path shared;

    private TestRoot root;

    @BeforeEach
    void make() throws IOException {
        root = TestRoot.complete(temporary);
        Files.writeString(shared.resolve("file"), "from the host\n");
    }

    @Test
    void readOnlyCanBeReadAndNotWritten() throws Exception {
        assertThat(
                        both(
                                root.sandbox().mount(Mount.readOnly(shared, "/data")),
                                "cat /data/file; echo x > /data/file; echo x > /data/new; mount -o remount,rw,bind /data"))
                .startsWith("from the host\n")
                .contains("/data/file: Read-only file system", "/data/new: Read-only file system");
        assertThat(list(shared)).containsExactly("file");
        assertThat(Sandboxes.read(shared.resolve("file"))).isEqualTo("from the host\n");
    }

    /**
     * /proc below / is a mount of its own: one that was not made read-only would let writes
     * through.
     */
    @Test
    void readOnlyHoldsForEveryMountBelow() throws Exception {
        String mounts =
                sh(
                        root.sandbox().mount(Mount.readOnly(Path.of("/dev"), "/data")),
                        "grep ' /data' /proc/self/mountinfo");

        assertThat(mounts.lines())
                .allSatisfy(line -> assertThat(line.split(" ")[5]).startsWith("ro,nosuid,nodev"));
        assertThat(mounts.lines().count()).isEqualTo(hostMountsBelowDev());
    }

    private static long hostMountsBelowDev() {
        return Sandboxes.read(Path.of("/proc/self/mountinfo"))
                .lines()
                .map(line -> line.split(" ")[4])
                .filter(point -> point.equals("/dev") || point.startsWith("/dev/"))
                .count();
    }

    @Test
    void readWriteReachesTheHost() throws Exception {
        assertThat(
                        sh(
                                root.sandbox().mount(Mount.readWrite(shared, "/data")),
                                "echo more >> /data/file; mkdir /data/d; echo new > /data/d/new; cat /data/file"))
                .isEqualTo("from the host\nmore");

        assertThat(Sandboxes.read(shared.resolve("d/new"))).isEqualTo("new\n");
        assertThat(Files.getOwner(shared.resolve("d/new")))
                .isEqualTo(Files.getOwner(shared.resolve("file")));
    }

    @Test
    void aSingleFileCanBeBound() throws Exception {
        assertThat(
                        sh(
                                root.sandbox()
                                        .mount(
                                                Mount.readOnly(
                                                        shared.resolve("file"), "/etc/bound")),
                                "cat /etc/bound; ls /etc"))
                .isEqualTo("from the host\nbound");
    }

    @Test
    void tmpfsIsWritableAndBounded() throws Exception {
        assertThat(
                        both(
                                host().mount(Mount.tmpfs("/mnt", "1M")),
                                "echo x > /mnt/x && cat /mnt/x; head -c 2M /dev/zero > /mnt/big || wc -c < /mnt/x"))
                .startsWith("x\n2")
                .contains("No space left on device");
    }

    @Test
    void fileContentArrivesByteForByte() throws Exception {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);

        assertThat(
                        root.sandbox()
                                .mount(Mount.file(content, "/etc/blob"))
                                .run("cat", "/etc/blob")
                                .stdoutBytes())
                .isEqualTo(content);
    }

    @Test
    void aFileIsReadOnlyAndMayBeEmpty() throws Exception {
        assertThat(
                        both(
                                root.sandbox()
                                        .mount(Mount.file("secret".getBytes(UTF_8), "/etc/a"))
                                        .mount(Mount.file(new byte[0], "/etc/b")),
                                "cat /etc/a /etc/b; echo; echo x > /etc/a"))
                .startsWith("secret\n")
                .contains("Read-only file system");
    }

    @Test
    void missingTargetsAreMade() throws Exception {
        Powers.require(Power.OVERLAY);
        var before = list(root.path());

        assertThat(
                        sh(
                                root.sandbox()
                                        .writableRoot(WritableRoot.READ_ONLY)
                                        .mount(Mount.readOnly(shared, "/new/deep/dir"))
                                        .mount(Mount.file("x\n".getBytes(UTF_8), "/other/file")),
                                "cat /new/deep/dir/file /other/file"))
                .isEqualTo("from the host\nx");
        assertThat(list(root.path())).isEqualTo(before);
    }

    /** The host has the path, the sandbox's own empty /tmp has not. */
    @Test
    void aTargetMayLieInAPrivateDirectory() throws Exception {
        assertThat(
                        sh(
                                host().mount(Mount.readOnly(shared, shared.toString()))
                                        .mount(Mount.file("x\n".getBytes(UTF_8), "/tmp/x")),
                                "cat " + shared + "/file /tmp/x; ls -A /tmp"))
                .isEqualTo("from the host\nx\n" + shared.getFileName() + "\nx");
    }

    @Test
    void laterMountsMayLieInEarlierOnes() throws Exception {
        Files.createDirectory(shared.resolve("sub"));

        assertThat(
                        sh(
                                root.sandbox()
                                        .mount(Mount.readOnly(shared, "/data"))
                                        .mount(Mount.tmpfs("/data/sub", "1M"))
                                        .mount(
                                                Mount.file(
                                                        "inner\n".getBytes(UTF_8),
                                                        "/data/sub/deep/file")),
                                "cat /data/file /data/sub/deep/file; echo ok > /data/sub/new; cat /data/sub/new"))
                .isEqualTo("from the host\ninner\nok");
        assertThat(list(shared.resolve("sub"))).isEmpty();
    }

    @Test
    void theRootMayHaveATargetThatTheEarlierMountHides() throws Exception {
        root.directory("data/there");

        assertThat(
                        sh(
                                root.sandbox()
                                        .mount(Mount.tmpfs("/data", "1M"))
                                        .mount(Mount.readOnly(shared, "/data/there")),
                                "cat /data/there/file"))
                .isEqualTo("from the host");
    }
}
