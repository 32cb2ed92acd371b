package io.bailey.sandbox.linux.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.FakeRegistry;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** What a store does about files of its that are not what they were. */
class HealingTest {
    private static final int FILES = 60;
    private static final int LOWEST = 1;

    @TempDir Path temp;
    private FakeRegistry registry;

    @BeforeEach
    void start() throws IOException {
        registry = FakeRegistry.start();
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
    }

    /** What can happen to a file. */
    enum Harm {
        CUT {
            @Override
            void to(Path file) throws IOException {
                writable(file);
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(channel.size() / 2);
                }
            }
        },
        FLIPPED {
            @Override
            void to(Path file) throws IOException {
                writable(file);
                try (FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    // Of an archive within the large file that is last in it.
                    long at =
                            channel.size() > 1 << 20
                                    ? channel.size() - 500_000
                                    : channel.size() / 2;
                    ByteBuffer one = ByteBuffer.allocate(1);
                    channel.read(one, at);
                    one.put(0, (byte) (one.get(0) ^ 1));
                    channel.write(one.flip(), at);
                }
            }
        },
        REMOVED {
            @Override
            void to(Path file) throws IOException {
                StoreTree.delete(file);
            }
        };

        abstract void to(Path file) throws IOException;

        static void writable(Path file) throws IOException {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    /** A store with the image, and what that looks like when it is sound. */
    private record Scene(
            Path store,
            LayerBackend backend,
            String reference,
            SampleImage sample,
            Image image,
            String listing) {

        Images open() {
            return Images.builder().store(store).backend(backend).authFiles().open();
        }

        LayerForm form() {
            return backend == LayerBackend.TAR_INDEX
                    ? LayerForm.TAR_INDEX
                    : Backends.directories(Linux.host());
        }

        Path layer() {
            Layer layer = image.layers().get(LOWEST);
            return store.resolve("layers").resolve(name(form().layer(layer)));
        }

        Path chain() {
            return store.resolve("chains").resolve(name(form().chain(image.layers())));
        }

        Path blob(Digest digest) {
            return store.resolve("blobs/sha256").resolve(digest.hex());
        }

        private static String name(Digest digest) {
            return digest.algorithm().label() + "-" + digest.hex();
        }

        /** The file that a word of ours is for. */
        Path find(String what) throws IOException {
            return switch (what) {
                case "blob" -> blob(sample.layers().get(LOWEST));
                case "config" -> blob(sample.config());
                case "manifest" -> blob(sample.manifest());
                case "name" -> StoreTree.in(store, "images").getFirst();
                case "archive" -> layer().resolve("layer.tar");
                case "index" -> chain().resolve("index.erofs");
                case "file" -> layer().resolve("fs/usr/lib/d0/f0");
                case "tree" -> layer().resolve("fs");
                case "notes" -> layer().resolve("notes.json");
                case "flat" -> chain().resolve("flat");
                case "fixup" ->
                        StoreTree.names(chain()).stream()
                                .filter(name -> name.startsWith("fixup-"))
                                .map(chain()::resolve)
                                .filter(Files::isDirectory)
                                .findFirst()
                                .orElseThrow();
                default -> throw new IllegalArgumentException(what);
            };
        }

        /** What a report must name for somebody to know what is damaged. */
        String sign(String what) {
            return switch (what) {
                case "blob" -> sample.layers().get(LOWEST).hex();
                case "config" -> sample.config().hex();
                case "manifest" -> sample.manifest().hex();
                case "name" -> "images/";
                case "archive", "file" -> layer().toString();
                case "tree", "notes" -> image.layers().get(LOWEST).diffId().hex();
                case "index", "fixup", "flat" -> form().chain(image.layers()).hex();
                default -> throw new IllegalArgumentException(what);
            };
        }

        void isSoundAgain(Images images) throws InterruptedException {
            Image healed = images.pull(reference);
            assertThat(healed.digest()).isEqualTo(image.digest());
            assertThat(images.verify().problems()).isEmpty();
            StoreTree.assertSame(StoreTree.listing(healed), listing, store.toString());
        }
    }

    private Scene scene(LayerBackend backend) throws Exception {
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.USERNS, Power.OVERLAY);
        if (backend == LayerBackend.TAR_INDEX) {
            Powers.require(Power.ROOT, Power.EROFS);
        }
        SampleImage sample = SampleImage.in(temp.resolve("layout"), FILES);
        String reference = sample.serve(registry, "1");
        Path store = temp.resolve("store");
        try (Images images = Images.builder().store(store).backend(backend).authFiles().open()) {
            Image image = images.pull(reference);
            assertThat(images.verify().problems()).isEmpty();
            return new Scene(store, backend, reference, sample, image, StoreTree.listing(image));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TAR_INDEX,blob",
        "TAR_INDEX,config",
        "TAR_INDEX,manifest",
        "TAR_INDEX,name",
        "TAR_INDEX,archive",
        "TAR_INDEX,index",
        "DIRECTORIES,blob",
        "DIRECTORIES,file",
        "DIRECTORIES,notes"
    })
    void verifySaysWhatIsDamagedAndPullHealsIt(LayerBackend backend, String what) throws Exception {
        Scene scene = scene(backend);
        for (Harm harm : Harm.values()) {
            if (harm == Harm.REMOVED && what.equals("name")) {
                continue; // Then there is no such image.
            }
            harm.to(scene.find(what));
            try (Images images = scene.open()) {
                List<String> problems = images.verify().problems();
                assertThat(problems)
                        .as(what + " " + harm)
                        .anyMatch(it -> it.contains(scene.sign(what)));
                scene.isSoundAgain(images);
            }
        }
    }

    /** Nobody has called verify(). */
    @ParameterizedTest
    @CsvSource({
        "TAR_INDEX,blob",
        "TAR_INDEX,config",
        "TAR_INDEX,manifest",
        "TAR_INDEX,name",
        "TAR_INDEX,archive",
        "TAR_INDEX,index",
        "DIRECTORIES,blob"
    })
    void pullHealsWhatHasBeenCutOffOrIsGone(LayerBackend backend, String what) throws Exception {
        Scene scene = scene(backend);
        for (Harm harm : List.of(Harm.CUT, Harm.REMOVED)) {
            harm.to(scene.find(what));
            try (Images images = scene.open()) {
                scene.isSoundAgain(images);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tree", "notes", "fixup"})
    void pullHealsADirectoryOfWhichAPartIsGone(String what) throws Exception {
        Scene scene = scene(LayerBackend.DIRECTORIES);
        Harm.REMOVED.to(scene.find(what));
        try (Images images = scene.open()) {
            scene.isSoundAgain(images);
        }
    }

    @Test
    void pullHealsAnOrdinaryUsersTreeThatIsGone() throws Exception {
        Powers.require(Power.NOT_ROOT);
        Scene scene = scene(LayerBackend.DIRECTORIES);
        Harm.REMOVED.to(scene.find("flat"));
        try (Images images = scene.open()) {
            scene.isSoundAgain(images);
        }
    }

    /** No pull between: what is missing is made of the blobs when it is to be mounted. */
    @ParameterizedTest
    @CsvSource({"TAR_INDEX,archive", "TAR_INDEX,index", "DIRECTORIES,tree", "DIRECTORIES,fixup"})
    void aSandboxOfWhatIsCutOffOrGoneIsMadeAnew(LayerBackend backend, String what)
            throws Exception {
        Scene scene = scene(backend);
        for (Harm harm : List.of(Harm.CUT, Harm.REMOVED)) {
            Path file = scene.find(what);
            if (harm == Harm.REMOVED || Files.isRegularFile(file)) {
                harm.to(file);
                scene.open().close(); // Nothing of it stays mounted.
                StoreTree.assertSame(
                        StoreTree.listing(scene.image()), scene.listing(), what + " " + harm);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"TAR_INDEX,archive", "DIRECTORIES,tree"})
    void aSandboxOfWhatCannotBeMadeAnewIsRefused(LayerBackend backend, String what)
            throws Exception {
        Scene scene = scene(backend);
        Harm.REMOVED.to(scene.find(what));
        Harm.REMOVED.to(scene.find("blob"));
        assertThatThrownBy(() -> StoreTree.listing(scene.image()))
                .isInstanceOf(ImageException.class)
                .hasMessageContainingAll(scene.sample().layers().get(LOWEST).hex(), "pull");
    }

    /** Each start reads no more than lengths. */
    @Test
    void aBitThatFlipsInAnArchiveIsSeenByVerifyAlone() throws Exception {
        Scene scene = scene(LayerBackend.TAR_INDEX);
        Harm.FLIPPED.to(scene.find("archive"));
        assertThat(StoreTree.listing(scene.image()).equals(scene.listing())).isFalse();
        try (Images images = scene.open()) {
            Image pulled = images.pull(scene.reference());
            assertThat(StoreTree.listing(pulled).equals(scene.listing())).isFalse();
            assertThat(images.verify(scene.image()).problems())
                    .singleElement()
                    .asString()
                    .contains("layer.tar", "differs at byte");
            scene.isSoundAgain(images);
        }
    }

    /** Each start looks at no file of a tree. */
    @ParameterizedTest
    @ValueSource(strings = {"CUT", "FLIPPED", "REMOVED"})
    void aFileOfADirectoryThatChangesIsSeenByVerifyAlone(Harm harm) throws Exception {
        Scene scene = scene(LayerBackend.DIRECTORIES);
        harm.to(scene.find("file"));
        try (Images images = scene.open()) {
            images.pull(scene.reference());
            assertThat(images.verify(scene.image()).problems())
                    .anyMatch(problem -> problem.contains("usr/lib/d0/f0"));
            scene.isSoundAgain(images);
        }
    }

    /** After a power failure everything is verified when the store is opened first. */
    @Test
    void openingHealsAfterThePowerFailed() throws Exception {
        Scene scene = scene(LayerBackend.DIRECTORIES);
        Harm.FLIPPED.to(scene.find("file"));
        // What a writer of an earlier boot leaves.
        Files.createFile(
                scene.store().resolve("run").resolve("session-" + "0".repeat(32) + "-dead"));
        try (Images images = scene.open()) {
            assertThat(images.verify().problems()).isEmpty();
            scene.isSoundAgain(images);
        }
    }
}
