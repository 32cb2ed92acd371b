package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A writable layer on a disk. */
class WritableLayerTest {
    private static final Linux LINUX = Linux.host();

    @TempDir Path temp;

    private Path layers() throws IOException {
        return Files.createDirectories(temp.resolve("layers"));
    }

    private static List<Path> in(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    @Test
    void whatIsWrittenLiesThereAndNowhereElse() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        root.file("data/kept", "before");
        Path layers = layers();
        try (Container container =
                root.sandbox()
                        .writableLayer(layers)
                        .start(
                                "sh",
                                "-c",
                                "echo after >/data/kept && echo new >/data/new && rm /etc -r && sleep 1000")) {
            Result seen;
            do {
                seen = container.exec("sh", "-c", "cat /data/kept /data/new; ls -d /etc");
            } while (!seen.stdout().startsWith("after\nnew\n") || seen.stdout().endsWith("/etc\n"));
            Path own = in(layers).getFirst();
            assertThat(own.resolve("upper/data/new")).hasContent("new\n");
            assertThat(container.exec("grep", " / ", "/proc/mounts").stdout())
                    .contains("overlay", "volatile");
        }
        assertThat(in(layers)).isEmpty();
        assertThat(root.path().resolve("data/kept")).hasContent("before");
        assertThat(root.path().resolve("data/new")).doesNotExist();
    }

    /** Its JVM need not be there to remove it. */
    @Test
    void thatOfADetachedContainerGoesWhenItIsRemoved() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        Path layers = layers();
        try (Sandbox sandbox = root.untimed().writableLayer(layers).build()) {
            Container container = sandbox.startDetached("sh", "-c", "echo x >/written; sleep 600");
            String id = container.id();
            container.close();
            assertThat(in(layers)).hasSize(1);
            try (Container found = Containers.find(id).orElseThrow()) {
                found.kill();
                found.waitFor();
            }
            assertThat(in(layers)).hasSize(1);
            assertThat(Containers.remove(id)).isTrue();
        }
        assertThat(in(layers)).isEmpty();
    }

    @Test
    void whatAKilledJvmLeftIsRemovedIfNobodyHoldsIt() throws Exception {
        Path left = Files.createDirectories(layers().resolve("bailey-layer-abc/upper"));
        Path other = Files.createDirectories(layers().resolve("other"));
        int held = LINUX.openat(Linux.AT_FDCWD, left.getParent().toString(), Linux.O_RDONLY, 0);
        assertThat(Disk.flock(LINUX, held, Disk.LOCK_EX)).isZero();
        assertThat(DiskDirectory.removeLeft(LINUX, left.getParent(), "abc", 1)).isFalse();
        assertThat(left).isDirectory();
        LINUX.close(held);
        assertThat(DiskDirectory.removeLeft(LINUX, left.getParent(), "abd", 1)).isTrue();
        assertThat(DiskDirectory.removeLeft(LINUX, other, "abc", 1)).isTrue();
        assertThat(in(layers())).hasSize(2);
        assertThat(DiskDirectory.removeLeft(LINUX, left.getParent(), "abc", 1)).isTrue();
        assertThat(in(layers())).containsExactly(other);
        assertThat(DiskDirectory.removeLeft(LINUX, left.getParent(), "abc", 1)).isTrue();
    }

    @Test
    void itGoesWithARunToo() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        Path layers = layers();
        Result result =
                root.sandbox()
                        .writableLayer(layers)
                        .run("sh", "-c", "mkdir -p /a/b/c && chmod 000 /a/b && echo done");
        assertThat(result.stdout()).isEqualTo("done\n");
        assertThat(in(layers)).isEmpty();
    }

    @Test
    void itIsNotBoundedByMemory() throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE, Power.OVERLAY);
        if (Files.getFileStore(temp).type().equals("tmpfs")) {
            Powers.requireProgram("a disk: what lies in a tmpfs is memory");
        }
        TestRoot root = TestRoot.complete(temp);
        Result result =
                root.sandbox()
                        .writableLayer(layers())
                        .memory("64M")
                        .run(
                                "sh",
                                "-c",
                                "head -c 300M /dev/zero >/data/big && stat -c %s /data/big");
        assertThat(result.stdout()).isEqualTo("314572800\n");
    }

    @Test
    void whatAKilledJvmLeftIsSwept() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        Path layers = layers();
        Path dead = Files.createDirectories(layers.resolve("bailey-layer-dead/upper/deep"));
        Path other = Files.createDirectories(layers.resolve("somebody-else's"));
        assertThat(root.sandbox().writableLayer(layers).run("true").exitCode()).isZero();
        assertThat(dead).doesNotExist();
        assertThat(other).exists();
    }

    @Test
    void anotherLivingOnesIsLeft() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        Path layers = layers();
        try (Container one = root.sandbox().writableLayer(layers).start("sleep", "1000");
                Container two = root.sandbox().writableLayer(layers).start("sleep", "1000")) {
            assertThat(in(layers)).hasSize(2);
            assertThat(one.exec("sh", "-c", "echo 1 >/data/x; cat /data/x").stdout())
                    .isEqualTo("1\n");
            assertThat(two.exec("sh", "-c", "cat /data/x").exitCode()).isNotZero();
        }
        assertThat(in(layers)).isEmpty();
    }

    @Test
    void aPlaceThatIsNotThereIsNamed() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        assertThatThrownBy(() -> root.sandbox().writableLayer(temp.resolve("none")).run("true"))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContainingAll("writableLayer", "none", "ENOENT");
    }
}
