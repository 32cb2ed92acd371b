package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.OpenFiles;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What becomes a store, and what is refused. */
class OpeningTest {
    private static final int NOBODY = 65534;

    @TempDir(factory = InMemory.class)
    Path scratch;

    private Path root;
    private OpenFiles open;

    @BeforeEach
    void place() {
        open = OpenFiles.now();
        root = scratch.resolve("a/b/store");
    }

    @AfterEach
    void nothingIsOpen() {
        open.expectNoMore();
    }

    private void expectRefused(Path place, Kind kind, String why) {
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> Things.open(place))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(kind))
                .satisfies(e -> assertThat(e.fix()).isNotEmpty())
                .withMessageContaining(place.toString())
                .withMessageContaining(why);
    }

    private static String mode(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void aNewOneIsPrivate() throws Exception {
        Things.open(root).close();
        assertThat(mode(root)).isEqualTo("rwx------");
        assertThat(root.resolve("bailey-store")).hasContent("{\"storeVersion\": 1}");
        assertThat(Things.names(root))
                .containsExactlyInAnyOrder(
                        "bailey-store",
                        "ballast",
                        "blobs",
                        "chains",
                        "images",
                        "ingest",
                        "layers",
                        "locks",
                        "run",
                        "trash");
        Things.open(root).close();
    }

    @Test
    void anEmptyDirectoryBecomesOne() throws Exception {
        Files.createDirectories(root.resolve("lost+found"));
        Files.writeString(root.resolve(".bailey-store-0123"), "half of a vers");
        Things.open(root).close();
        assertThat(root.resolve(".bailey-store-0123")).doesNotExist();
    }

    @Test
    void aDirectoryWithSomethingElseIsLeftAlone() throws Exception {
        Files.createDirectories(root.resolve("blobs/sha256"));
        expectRefused(root, Kind.STORE, "holds something else");
        assertThat(Things.names(root)).containsExactly("blobs");
        Path file = Files.writeString(scratch.resolve("file"), "x");
        expectRefused(file, Kind.STORE, "no directory");
    }

    @Test
    void anotherVersionIsRefused() throws Exception {
        Things.open(root).close();
        Files.writeString(root.resolve("bailey-store"), "{ \"storeVersion\" : 2 }\n");
        expectRefused(root, Kind.STORE, "version 2");
        for (String damaged : List.of("", "1", "{\"storeVersion\": 1", "{\"storeVersion\": -1}")) {
            Files.writeString(root.resolve("bailey-store"), damaged);
            expectRefused(root, Kind.STORE, "damaged");
        }
    }

    @Test
    void onesOwnThatOthersMayReadIsFine() throws Exception {
        Things.open(root).close();
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Things.open(root).close();
        assertThat(mode(root)).isEqualTo("rwxr-xr-x");
        assertThat(mode(root.resolve("layers"))).isEqualTo("rwxr-xr-x");
    }

    @Test
    void oneThatOthersMayWriteToIsRefused() throws Exception {
        Files.createDirectories(root);
        for (String mode : List.of("rwxrwx---", "rwx----w-", "rwxrwxrwx")) {
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(mode));
            expectRefused(root, Kind.STORE, "others may write");
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(() -> Store.openReadOnly(Linux.host(), root));
        }
        assertThat(Things.names(root)).isEmpty();
    }

    @Test
    void soIsOneThatEverybodyMayRename() throws Exception {
        Files.createDirectories(root);
        Files.setPosixFilePermissions(
                root.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        expectRefused(root, Kind.STORE, "everybody may rename");
        // With the sticky bit only the owner may: as in /tmp.
        assertThat(Linux.host().fchmodat(Linux.AT_FDCWD, root.getParent().toString(), 01777))
                .isZero();
        Things.open(root).close();
    }

    @Test
    void anotherUsersIsRefused() throws Exception {
        Powers.require(Power.ROOT);
        Files.createDirectories(root);
        Files.setAttribute(root, "unix:uid", NOBODY);
        expectRefused(root, Kind.STORE, "another user (" + NOBODY + ")");
    }

    @Test
    void anOrdinaryUserRefusesRootsDirectories() throws Exception {
        Powers.require(Power.NOT_ROOT);
        expectRefused(Path.of("/etc"), Kind.STORE, "another user (0)");
        expectRefused(Path.of("/etc/bailey-test/x"), Kind.STORE, "/etc/bailey-test");
        // Where / is read-only, as in the cgroup v2 guest, the kernel says that first.
        String why = Files.getFileStore(Path.of("/")).isReadOnly() ? "read-only" : "may not";
        expectRefused(Path.of("/bailey-test"), Kind.STORE, why);
    }

    @Test
    void onesOwnLinkIsFollowed() throws Exception {
        Path link = Files.createSymbolicLink(scratch.resolve("link"), Path.of("a/b/store"));
        Files.createDirectories(root);
        try (Store store = Things.open(link)) {
            Things.publish(store, "a");
            assertThat(Things.isThere(store, "a")).isTrue();
        }
        assertThat(root.resolve("bailey-store")).exists();
    }

    /** In a shared parent somebody else makes the name first, and points it to what is ours. */
    @Test
    void aStrangersLinkIsNotFollowed() throws Exception {
        Powers.require(Power.ROOT);
        Path ours = Files.createDirectories(scratch.resolve("ours"));
        Path shared = Files.createDirectory(scratch.resolve("shared"));
        assertThat(Linux.host().fchmodat(Linux.AT_FDCWD, shared.toString(), 01777)).isZero();
        Path link = Files.createSymbolicLink(shared.resolve("store"), ours);
        Files.setAttribute(link, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
        expectRefused(link, Kind.STORE, "symbolic link of another user");
        assertThat(Things.names(ours)).isEmpty();
    }

    @Test
    void aLinkToNothingIsNoPlace() throws Exception {
        Path link = Files.createSymbolicLink(scratch.resolve("link"), scratch.resolve("nothing"));
        expectRefused(link, Kind.STORE, "leads nowhere");
        assertThat(scratch.resolve("nothing")).doesNotExist();
    }

    @Test
    void whatOnlyReadsMakesNothing() throws Exception {
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> Store.openReadOnly(Linux.host(), root))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
        assertThat(root.getParent()).doesNotExist();
        Files.createDirectories(root);
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> Store.openReadOnly(Linux.host(), root))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.STORE))
                .withMessageContaining("no store");
        assertThat(Things.names(root)).isEmpty();
    }

    @Test
    void manyOpenItForTheFirstTimeAtOnce() throws Exception {
        int many = 12;
        for (int round = 0; round < 20; round++) {
            Path place = scratch.resolve("round" + round);
            CountDownLatch begin = new CountDownLatch(1);
            List<Future<?>> all = new ArrayList<>();
            try (ExecutorService threads = Executors.newFixedThreadPool(many)) {
                for (int i = 0; i < many; i++) {
                    String word = "w" + i;
                    all.add(
                            threads.submit(() -> {
                                begin.await();
                                try (Store store = Things.open(place)) {
                                    Things.publish(store, word);
                                    assertThat(Things.isThere(store, word)).isTrue();
                                }
                                return word;
                            }));
                }
                begin.countDown();
                for (Future<?> each : all) {
                    each.get();
                }
            }
            assertThat(Things.names(place)).doesNotContain("unverified").hasSize(12);
            assertThat(Things.names(place.resolve("run"))).isEmpty();
        }
    }
}
