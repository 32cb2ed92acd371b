package io.bailey.sandbox.linux.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.linux.testing.FakeRegistry;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * kill -9 of a process that pulls, at any moment, and what the next one finds. How often: {@code
 * -Dbailey.crash.rounds}; the same moments again: {@code -Dbailey.crash.seed}.
 */
class CrashTest {
    private static final int ROUNDS = Integer.getInteger("bailey.crash.rounds", 8);
    private static final int FILES = Integer.getInteger("bailey.crash.files", 400);
    private static final long SEED = Long.getLong("bailey.crash.seed", System.nanoTime());
    private static final String BOOM = "round %d of seed %d, killed after %d of %d ms";

    @TempDir Path temp;

    private final Random random = new Random(SEED);

    @Test
    void archivesWithAnIndexAreWholeOrNotThere() throws Exception {
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.ROOT, Power.USERNS, Power.OVERLAY, Power.EROFS);
        survives(LayerBackend.TAR_INDEX);
    }

    /** Of an ordinary user: one directory with hard links into those of the layers. */
    @Test
    void directoriesAreWholeOrNotThere() throws Exception {
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.USERNS, Power.OVERLAY);
        survives(LayerBackend.DIRECTORIES);
    }

    /** One image, one registry, and what an undisturbed pull comes to. */
    private record Scene(
            LayerBackend backend, String reference, Image expected, String listing, long millis) {}

    private void survives(LayerBackend backend) throws Exception {
        SampleImage sample = SampleImage.in(temp.resolve("layout"), FILES);
        try (FakeRegistry registry = FakeRegistry.start()) {
            Scene scene = undisturbed(backend, sample.serve(registry, "1"));
            int kills = 0;
            for (int round = 0; kills < ROUNDS; round++) {
                Path store = temp.resolve("store-" + round);
                int row = 1 + (random.nextInt(3) == 0 ? random.nextInt(4) : 0);
                String story = "";
                for (int i = 0; i < row && kills < ROUNDS; i++, kills++) {
                    story += kill(scene, store, kills) + "; ";
                }
                assertThat(ourMounts()).as(story).isEmpty();
                recovers(scene, store, story);
                StoreTree.delete(store);
            }
        }
    }

    /** The second one: the first JVM of all reads its classes from the disk. */
    private Scene undisturbed(LayerBackend backend, String reference) throws Exception {
        long millis = 0;
        Path store = temp.resolve("undisturbed");
        for (int i = 0; i < 2; i++) {
            StoreTree.delete(store);
            try (PullingProcess process = PullingProcess.begin(store, backend, "pull", reference)) {
                long began = System.nanoTime();
                assertThat(process.end()).hasSize(2).last().isEqualTo("end");
                millis = (System.nanoTime() - began) / 1_000_000;
            }
        }
        try (Images images = open(backend, store)) {
            Image image = images.find(reference).orElseThrow();
            assertThat(images.verify().problems()).isEmpty();
            String listing = StoreTree.listing(image);
            assertThat(listing.lines().count()).isGreaterThan(FILES);
            return new Scene(backend, reference, image, listing, millis);
        } finally {
            StoreTree.delete(store);
        }
    }

    private static Images open(LayerBackend backend, Path store) {
        return Images.builder().store(store).backend(backend).authFiles().open();
    }

    /** The moments are spread over the whole time, and a little beyond. */
    private String kill(Scene scene, Path store, int kills) throws Exception {
        long nanos = (long) (scene.millis() * 1_050_000 * random.nextDouble());
        try (PullingProcess process =
                PullingProcess.begin(store, scene.backend(), "pull", scene.reference())) {
            LockSupport.parkNanos(nanos);
            process.kill();
        }
        return String.format(BOOM, kills, SEED, nanos / 1_000_000, scene.millis());
    }

    private static void recovers(Scene scene, Path store, String story) throws Exception {
        try (Images images = open(scene.backend(), store)) {
            StoreTree.nothingIsLeft(store, story);
            assertThat(images.verify().problems()).as(story).isEmpty();
            images.list()
                    .forEach(image ->
                            assertThat(image.digest()).isEqualTo(scene.expected().digest()));
            Map<String, Object> published = StoreTree.published(store);
            Image image = images.pull(scene.reference());
            assertThat(image.layers()).as(story).isEqualTo(scene.expected().layers());
            // What the dead one published is used as it is, so that it is verified now.
            assertThat(StoreTree.published(store)).as(story).containsAllEntriesOf(published);
            assertThat(images.verify().problems()).as(story).isEmpty();
            StoreTree.assertSame(StoreTree.listing(image), scene.listing(), story);
            StoreTree.nothingIsLeft(store, story);
        }
        assertThat(StoreTree.names(store.resolve("run"))).as(story).isEmpty();
    }

    /** Others mount and unmount meanwhile. */
    private List<String> ourMounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(temp.toString()))
                .toList();
    }
}
