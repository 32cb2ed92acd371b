package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.CopyLimits;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.testing.OpenFiles;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;
import io.bailey.sandbox.linux.testing.TarMaker;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Files go into a running container and come out of it. */
@ExtendWith(LeakAudit.class)
class CopyTest {
    private static final Instant THEN = Instant.parse("2001-02-03T04:05:06.000000789Z");

    @TempDir Path temp;

    private TestRoot root;

    @BeforeEach
    void makeRoot() throws IOException {
        Powers.require(Power.USERNS, Power.OVERLAY);
        root = TestRoot.complete(temp);
    }

    private Container container(UnaryOperator<Sandbox.Builder> as) {
        return as.apply(root.sandbox()).start("sleep", "1000");
    }

    private Container container() {
        return container(UnaryOperator.identity());
    }

    private static String sh(Container in, String script) throws InterruptedException {
        Result result = in.exec("sh", "-c", script);
        return (result.stdout() + result.stderr()).strip();
    }

    /** A directory with what a directory may hold. */
    private Path tree() throws IOException {
        Path tree = Files.createDirectories(temp.resolve("tree/deep/er"));
        Files.writeString(tree.resolve("file"), "content\n");
        Files.setPosixFilePermissions(
                tree.resolve("file"), PosixFilePermissions.fromString("rwxr-x--x"));
        Files.setLastModifiedTime(tree.resolve("file"), FileTime.from(THEN));
        Files.writeString(tree.resolve("empty"), "");
        Files.writeString(tree.resolve("new\nline \" 'and quotes"), "odd");
        Files.writeString(tree.resolve("grüße"), "umlaut");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("../../nowhere"));
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.setLastModifiedTime(tree, FileTime.from(THEN));
        return temp.resolve("tree");
    }

    private static final String SEEN =
            "cd /data/tree/deep/er && stat -c '%F %a %u:%g %s' file empty . link; stat -c %y file .;"
                    + " readlink link; cat file new* grüße; ls /data/tree/deep/er | wc -l";
    private static final String EXPECTED =
            """
            regular file 751 0:0 8
            regular empty file 644 0:0 0
            directory 555 0:0 %s
            symbolic link 777 0:0 13
            2001-02-03 04:05:06.000000789 +0000
            2001-02-03 04:05:06.000000789 +0000
            ../../nowhere
            content
            oddumlaut6\
            """;

    private void expectTree(Container in) throws InterruptedException {
        String size = sh(in, "stat -c %s /data/tree/deep/er");
        String seen = sh(in, "export TZ=UTC; " + SEEN);
        assertThat(seen).isEqualTo(EXPECTED.formatted(size));
    }

    @Test
    void aTreeGoesIn() throws Exception {
        Path tree = tree();
        try (Container container = container()) {
            container.copyIn(tree, "/data");
            expectTree(container);
        }
    }

    @Test
    void underOtherWallsToo() throws Exception {
        Path tree = tree();
        try (Container container = container(s -> s.rootChange(RootChange.CHROOT))) {
            container.copyIn(tree, "/data");
            expectTree(container);
            container.copyOut("/data/tree", temp.resolve("chroot"));
            assertThat(temp.resolve("chroot/deep/er/file")).hasContent("content\n");
        }
        try (Container container =
                container(s -> s.idMap(IdMap.SINGLE).mount(Mount.tmpfs("/data", "1M")))) {
            container.copyIn(tree, "/data");
            expectTree(container);
            container.copyOut("/data/tree", temp.resolve("single"));
            assertThat(temp.resolve("single/deep/er/file")).hasContent("content\n");
        }
    }

    @Test
    void withTheHostsIds() throws Exception {
        Powers.require(Power.ROOT);
        Path tree = tree();
        try (Container container = container(s -> s.idMap(IdMap.HOST))) {
            container.copyIn(tree, "/data");
            expectTree(container);
        }
        try (Container container =
                container(s -> s.namespaces(Namespace.allBut(Namespace.USER, Namespace.PID)))) {
            container.copyIn(tree, "/data");
            expectTree(container);
        }
    }

    @Test
    void aTreeComesOut() throws Exception {
        try (Container container = container()) {
            container
                    .exec(
                            "sh",
                            "-c",
                            "mkdir -p /data/out/sub && cd /data/out && echo hello >file && chmod 4751 file"
                                    + " && touch -d @981173106 file && ln -s /etc/shadow link && mkfifo fifo"
                                    + " && : >\"$(printf 'bad\\377name')\" && chmod 550 sub")
                    .orThrow();
            container.copyOut("/data/out", temp);
            Path out = temp.resolve("out");
            assertThat(out.resolve("file")).hasContent("hello\n");
            assertThat(Files.getAttribute(out.resolve("file"), "unix:mode")).isEqualTo(0100751);
            assertThat(Files.getLastModifiedTime(out.resolve("file")).toInstant())
                    .isEqualTo(Instant.ofEpochSecond(981173106));
            assertThat(Files.readSymbolicLink(out.resolve("link"))).hasToString("/etc/shadow");
            assertThat(out.resolve("fifo")).doesNotExist();
            assertThat(Files.getPosixFilePermissions(out.resolve("sub")))
                    .isEqualTo(PosixFilePermissions.fromString("r-xr-x---"));
            Process list = new ProcessBuilder("ls", "-b", out.toString()).start();
            assertThat(new String(list.getInputStream().readAllBytes(), UTF_8))
                    .isEqualTo("bad\\377name\nfile\nlink\nsub\n");
            container.copyOut("/data/out/file", temp.resolve("other"));
            assertThat(temp.resolve("other")).hasContent("hello\n");
        }
    }

    /** A link that a hostile process plants as its result must not be the host's file. */
    @Test
    void aLinkThatIsAskedForIsFollowedInTheRoot() throws Exception {
        root.file("etc/secret", "the container's");
        try (Container container = container()) {
            container.exec("ln", "-s", "/etc/secret", "/data/result").orThrow();
            container.copyOut("/data/result", temp.resolve("result"));
            assertThat(temp.resolve("result"))
                    .isRegularFile()
                    .hasContent("the container's")
                    .matches(p -> !Files.isSymbolicLink(p));
            container.exec("ln", "-s", "/etc", "/data/etc").orThrow();
            container.copyIn(temp.resolve("result"), "/data/etc");
            assertThat(sh(container, "cat /etc/result")).isEqualTo("the container's");
            assertThat(Path.of("/etc/result")).doesNotExist();
        }
    }

    @Test
    void whereItGoesIsWhereCpWouldPutIt() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "1");
        Path tree = tree();
        try (Container container = container()) {
            container.copyIn(file, "/data/name");
            container.copyIn(file, "/data");
            Files.writeString(file, "2");
            container.copyIn(file, "/data/name");
            assertThat(sh(container, "cat /data/name /data/file")).isEqualTo("21");
            container.copyIn(tree, "/data/new");
            assertThat(sh(container, "cat /data/new/deep/er/file")).isEqualTo("content");
            assertThatThrownBy(() -> container.copyIn(file, "/data/none/name"))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContainingAll("/data/none/name", "ENOENT");
            assertThatThrownBy(() -> container.copyIn(tree, "/data/name"))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("no directory");
            assertThatThrownBy(() -> container.copyIn(file, "data"))
                    .isInstanceOf(SandboxConfigException.class);
            assertThatThrownBy(() -> container.copyIn(temp.resolve("none"), "/data"))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("ENOENT");
            assertThatThrownBy(() -> container.copyOut("/data/none", temp))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContainingAll("/data/none", "ENOENT");
            assertThatThrownBy(() -> container.copyOut("/dev/null", temp))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("neither");
        }
    }

    @Test
    void intoWhatIsMounted() throws Exception {
        Path bound = Files.createDirectory(temp.resolve("bound"));
        Path file = Files.writeString(temp.resolve("file"), "x");
        Path readOnly = Files.createDirectory(temp.resolve("readOnly"));
        try (Container container =
                container(s ->
                        s.mount(Mount.readWrite(bound, "/mnt/bound"))
                                .mount(Mount.readOnly(readOnly, "/mnt/ro"))
                                .mount(Mount.tmpfs("/mnt/tmpfs", "1M")))) {
            container.copyIn(file, "/mnt/bound");
            container.copyIn(file, "/mnt/tmpfs");
            assertThat(bound.resolve("file")).hasContent("x");
            assertThat(Files.getOwner(bound.resolve("file"), LinkOption.NOFOLLOW_LINKS))
                    .isEqualTo(Files.getOwner(bound));
            assertThatThrownBy(() -> container.copyIn(file, "/mnt/ro"))
                    .isInstanceOf(SandboxSetupException.class)
                    .hasMessageContainingAll("copy in", "/mnt/ro/file", "EROFS", "read-only");
            Path large = Files.write(temp.resolve("large"), new byte[2 << 20]);
            Path small = Files.write(temp.resolve("small"), new byte[900 << 10]);
            assertThatThrownBy(() -> container.copyIn(large, "/mnt/tmpfs"))
                    .isInstanceOf(SandboxSetupException.class)
                    .hasMessageContainingAll(
                            "copy in: write", "/mnt/tmpfs/large", "ENOSPC", "full");
            container.exec("rm", "/mnt/tmpfs/large").orThrow();
            container.copyIn(small, "/mnt/tmpfs/1");
            assertThatThrownBy(() -> container.copyIn(small, "/mnt/tmpfs/2"))
                    .hasMessageContainingAll("/mnt/tmpfs/2", "ENOSPC");
            container.copyOut("/mnt", temp.resolve("mnt"));
            assertThat(temp.resolve("mnt/bound/file")).hasContent("x");
        }
    }

    @Test
    void largeFilesAndManyFiles() throws Exception {
        byte[] bytes = new byte[20_000_001];
        new Random(4).nextBytes(bytes);
        Path many = Files.createDirectories(temp.resolve("many"));
        Files.write(many.resolve("large"), bytes);
        Files.write(many.resolve("middle"), Arrays.copyOf(bytes, 999_999));
        Path at = many;
        for (int i = 0; i < 5_000; i++) {
            if (i % 100 == 0) {
                at = Files.createDirectory(at.resolve("d" + i));
            }
            Files.writeString(at.resolve("f" + i), "content of " + i);
        }
        try (Container container = container(s -> s.writableRootSize("64M"))) {
            container.copyIn(many, "/data/many");
            assertThat(sh(container, "find /data/many | wc -l")).isEqualTo("5053");
            container.copyOut("/data/many", temp.resolve("back"));
        }
        Process diff =
                new ProcessBuilder("diff", "-r", many.toString(), temp.resolve("back").toString())
                        .inheritIO()
                        .start();
        assertThat(diff.waitFor()).isZero();
    }

    @Test
    void anArchiveGoesInAndComesOut() throws Exception {
        Path tree = tree();
        byte[] large = new byte[20_000_001];
        new Random(4).nextBytes(large);
        Files.write(tree.resolve("large"), large);
        Files.createLink(tree.resolve("name"), tree.resolve("large"));
        Path archive = temp.resolve("tree.tar");
        assertThat(
                        new ProcessBuilder(
                                        "tar",
                                        "--format=pax",
                                        "-C",
                                        temp.toString(),
                                        "-cf",
                                        archive.toString(),
                                        "tree")
                                .inheritIO()
                                .start()
                                .waitFor())
                .isZero();
        try (Container container = container(s -> s.writableRootSize("64M"))) {
            try (var tar = Files.newInputStream(archive)) {
                container.copyIn(tar, "/data");
            }
            expectTree(container);
            assertThat(sh(container, "cd /data/tree; stat -c '%s %h' large; cmp large name"))
                    .isEqualTo("20000001 2");
            Path back = Files.createDirectory(temp.resolve("back"));
            try (var tar = Files.newOutputStream(temp.resolve("back.tar"))) {
                container.copyOut("/data/tree", tar);
            }
            assertThat(
                            new ProcessBuilder(
                                            "tar",
                                            "-C",
                                            back.toString(),
                                            "--no-same-owner",
                                            "-xpf",
                                            temp.resolve("back.tar").toString())
                                    .inheritIO()
                                    .start()
                                    .waitFor())
                    .isZero();
            assertThat(
                            new ProcessBuilder(
                                            "diff",
                                            "-r",
                                            "--no-dereference",
                                            tree.toString(),
                                            back.resolve("tree").toString())
                                    .inheritIO()
                                    .start()
                                    .waitFor())
                    .isZero();
            assertThatThrownBy(() ->
                            container.copyIn(
                                    new ByteArrayInputStream(
                                            "no archive".repeat(99).getBytes(UTF_8)),
                                    "/data"))
                    .isInstanceOf(SandboxSetupException.class)
                    .hasMessageContaining("archive");
            assertThatThrownBy(
                            () -> container.copyIn(new ByteArrayInputStream(new byte[0]), "/none"))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("/none");
        }
    }

    @Test
    void aNameThatLeadsUpwardsIsRefused() throws Exception {
        byte[] tar = new TarMaker().file("a/../../escaped", "x").finish();
        try (Container container = container()) {
            assertThatThrownBy(() -> container.copyIn(new ByteArrayInputStream(tar), "/data"))
                    .isInstanceOf(SandboxSetupException.class)
                    .hasMessageContainingAll("a/../../escaped", "upwards");
            assertThat(sh(container, "ls / /data | grep -c escaped")).isEqualTo("0");
        }
    }

    @Test
    void itsLimitsAreKept() throws Exception {
        Path file = Files.write(temp.resolve("file"), new byte[3_000_000]);
        Path tree = tree();
        CopyLimits bytes = new CopyLimits(MemorySize.of(2_999_999), 10);
        CopyLimits entries = new CopyLimits(MemorySize.of(3_000_000), 3);
        try (Container container = container()) {
            assertThatThrownBy(() -> container.copyIn(file, "/data", bytes))
                    .isInstanceOf(SandboxSetupException.class)
                    .hasMessageContainingAll("EFBIG", "CopyLimits");
            assertThatThrownBy(() -> container.copyIn(tree, "/data", entries))
                    .hasMessageContainingAll("3 entries", "CopyLimits");
            container.copyIn(file, "/data", entries);
            container.copyIn(tree, "/data");
            assertThatThrownBy(() -> container.copyOut("/data/file", temp.resolve("out"), bytes))
                    .hasMessageContainingAll("copy out", "/data/file", "CopyLimits");
            assertThatThrownBy(() ->
                            container.copyOut("/data/tree", new ByteArrayOutputStream(), entries))
                    .hasMessageContainingAll("3 entries", "CopyLimits");
        }
    }

    /** Each directory on the way takes a descriptor, of which this JVM has only so many. */
    @Test
    void directoriesInDirectoriesAreCopiedSoDeepAndNoDeeper() throws Exception {
        try (Container container = container()) {
            String make = "cd /data; i=0; while [ $i -lt %d ]; do mkdir d; cd d; i=$((i+1)); done";
            assertThat(sh(container, make.formatted(400) + "; echo x >file")).isEmpty();
            ByteArrayOutputStream tar = new ByteArrayOutputStream();
            container.copyOut("/data/d", tar);
            assertThat(tar.size()).isGreaterThan(400 * 512);
            assertThat(
                            sh(
                                    container,
                                    "mkdir /data/e; "
                                            + make.formatted(600).replace("/data", "/data/e")))
                    .isEmpty();
            OpenFiles before = OpenFiles.now();
            assertThatThrownBy(() -> container.copyOut("/data/e", new ByteArrayOutputStream()))
                    .isInstanceOf(SandboxSetupException.class)
                    .hasMessageContainingAll("ENAMETOOLONG", "/data/e/d/d/d", "512 deep");
            assertThat(before.more().isEmpty()).isTrue();
        }
    }

    @Test
    void whoIsPausedOrHasNoFilesOfItsOwnIsToldSo() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "x");
        try (Sandbox sandbox = root.sandbox().build();
                Container container = sandbox.create(Command.of("true"))) {
            assertThatThrownBy(() -> container.copyIn(file, "/data"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not been started");
        }
        try (Container container = container()) {
            container.kill();
            container.waitFor();
            assertThat(container.state()).isEqualTo(ContainerState.STOPPED);
            assertThatThrownBy(() -> container.copyOut("/data", temp))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("its root is gone");
        }
    }

    @Test
    void whoIsPausedIsToldSo() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Path file = Files.writeString(temp.resolve("file"), "x");
        try (Container container = container()) {
            container.pause();
            assertThatThrownBy(() -> container.copyIn(file, "/data"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("paused");
            container.resume();
            container.copyIn(file, "/data");
        }
    }

    @Test
    void withoutAMountNamespaceItIsRefused() throws Exception {
        Powers.require(Power.ROOT);
        try (Container container =
                Sandboxes.host()
                        .namespaces(Namespace.allBut(Namespace.MOUNT))
                        .start("sleep", "1000")) {
            assertThatThrownBy(() -> container.copyOut("/etc/hostname", temp))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("the host's");
        } catch (SandboxConfigException notWithoutAnother) {
            assertThat(notWithoutAnother).hasMessageContaining("MOUNT");
        }
    }

    @Test
    void itsEndWhileFilesAreCopiedIsTold() throws Exception {
        Path tree = Files.createDirectory(temp.resolve("large"));
        for (int i = 0; i < 3_000; i++) {
            Files.writeString(tree.resolve("f" + i), "x");
        }
        for (int round = 0; round < 5; round++) {
            Container container = container();
            Thread ending = Thread.startVirtualThread(container::kill);
            try (container) {
                for (int i = 0; i < 1_000; i++) {
                    container.copyIn(tree, "/data");
                }
            } catch (IllegalStateException ended) {
                assertThat(ended).hasMessageMatching("(?s).*(ended|gone).*");
            }
            ending.join();
        }
    }

    @Test
    void nothingStaysOpen() throws Exception {
        Path tree = tree();
        try (Container container = container()) {
            container.copyIn(tree, "/data");
            container.copyOut("/data/tree", temp.resolve("out"));
            OpenFiles before = OpenFiles.now();
            for (int i = 0; i < 100; i++) {
                container.copyIn(tree, "/data");
                container.copyOut("/data/tree/deep/er/file", new ByteArrayOutputStream());
            }
            before.expectNoMore();
        }
    }
}
