package io.bailey.sandbox.linux.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.linux.image.store.Removed;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.FakeRegistry;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many at one store. */
@Timeout(300)
class SharedStoreTest {
    private static final int MANY = 8;
    private static final int FILES = 400;

    @TempDir Path temp;

    private Path store() {
        return temp.resolve("store");
    }

    private Images open() {
        return Images.builder().store(store()).authFiles().open();
    }

    private SampleImage sample() throws IOException {
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.USERNS, Power.OVERLAY);
        return SampleImage.in(temp.resolve("layout"), FILES);
    }

    private static void eachOnce(SampleImage sample, FakeRegistry registry) {
        for (Digest blob : sample.blobs()) {
            assertThat(registry.downloads(blob)).as(blob.toString()).isEqualTo(1);
        }
    }

    @Test
    void eightProcessesFetchEachBlobOnce() throws Exception {
        SampleImage sample = sample();
        try (FakeRegistry registry = FakeRegistry.start()) {
            String reference = sample.serve(registry, "1");
            List<PullingProcess> processes = new ArrayList<>();
            try {
                for (int i = 0; i < MANY; i++) {
                    processes.add(
                            PullingProcess.start(store(), LayerBackend.AUTO, "run", reference));
                }
                for (PullingProcess process : processes) {
                    assertThat(process.end())
                            .containsExactly("begin", "pulled " + sample.manifest(), "ran", "end");
                }
            } finally {
                processes.forEach(PullingProcess::close);
            }
            eachOnce(sample, registry);
        }
        try (Images images = open()) {
            assertThat(images.verify().problems()).isEmpty();
            StoreTree.nothingIsLeft(store(), "after eight");
        }
    }

    @Test
    void soDoEightThreadsWithAnImagesEach() throws Exception {
        SampleImage sample = sample();
        try (FakeRegistry registry = FakeRegistry.start();
                ExecutorService threads = Executors.newFixedThreadPool(MANY)) {
            String reference = sample.serve(registry, "1");
            Callable<String> pull =
                    () -> {
                        try (Images images = open()) {
                            return StoreTree.listing(images.pull(reference));
                        }
                    };
            List<Future<String>> all = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                all.add(threads.submit(pull));
            }
            String first = all.getFirst().get();
            assertThat(first).contains("/usr/lib/d0/f0");
            for (Future<String> one : all) {
                assertThat(one.get()).isEqualTo(first);
            }
            eachOnce(sample, registry);
        }
    }

    @Test
    void whatIsThereIsAskedForOnlyByItsName() throws Exception {
        SampleImage sample = sample();
        try (FakeRegistry registry = FakeRegistry.start();
                Images images = open()) {
            String reference = sample.serve(registry, "1");
            Image image = images.pull(reference);
            int before = registry.calls().size();
            assertThat(images.pull(reference)).isEqualTo(image);
            assertThat(registry.calls().subList(before, registry.calls().size()))
                    .extracting(FakeRegistry.Call::method)
                    .containsExactly("HEAD");
            // Another Images, as after a restart.
            try (Images others = open()) {
                int again = registry.calls().size();
                assertThat(others.pull(reference)).isEqualTo(image);
                assertThat(registry.calls().subList(again, registry.calls().size()))
                        .filteredOn(call -> !call.path().equals("/v2/"))
                        .extracting(FakeRegistry.Call::method)
                        .containsExactly("HEAD");
            }
        }
    }

    /** By digest not even that. */
    @Test
    void byDigestNobodyIsAsked() throws Exception {
        SampleImage sample = sample();
        try (FakeRegistry registry = FakeRegistry.start();
                Images images = open()) {
            String reference =
                    sample.serve(registry, "1").replaceFirst(":1$", "@" + sample.manifest());
            Image image = images.pull(reference);
            int before = registry.calls().size();
            assertThat(images.pull(reference)).isEqualTo(image);
            assertThat(registry.calls()).hasSize(before);
        }
    }

    /** Without any age: whatever is not leased goes at once. */
    @Test
    void whoPrunesTakesNothingThatIsBeingPulled() throws Exception {
        SampleImage sample = sample();
        try (FakeRegistry registry = FakeRegistry.start();
                PullingProcess pruner = PullingProcess.begin(store(), LayerBackend.AUTO, "prune");
                Images images = open()) {
            String reference = sample.serve(registry, "1");
            for (int i = 0; i < 3; i++) {
                Image image = images.pull(reference);
                assertThat(StoreTree.listing(image)).contains("/usr/lib/d0/f0");
                assertThat(images.remove(reference)).isTrue();
            }
            assertThat(pruner.kill()).isEmpty();
        }
    }

    @Test
    void whatASandboxHasStaysUntilItIsGone() throws Exception {
        SampleImage sample = sample();
        try (FakeRegistry registry = FakeRegistry.start();
                Images images = open()) {
            String reference = sample.serve(registry, "1");
            Image image = images.pull(reference);
            try (Container container = Sandbox.builder().rootfs(image).start("sleep", "1000")) {
                assertThat(images.remove(reference)).isTrue();
                assertThat(prune().layers()).isZero();
                assertThat(StoreTree.names(store().resolve("chains"))).isNotEmpty();
                container.kill();
                container.waitFor();
            }
            // The mount is kept a while for the next sandbox; a prune through Images lets it go.
            images.prune();
            Removed removed = prune();
            assertThat(removed.layers()).isEqualTo(sample.layers().size());
            assertThat(StoreTree.published(store())).isEmpty();
            assertThatThrownBy(() -> StoreTree.listing(image))
                    .isInstanceOfSatisfying(
                            ImageException.class,
                            e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.STORE))
                    .hasMessageContaining("pull");
        }
    }

    /** Of any age. */
    private Removed prune() {
        return prune(store());
    }

    static Removed prune(Path root) {
        try (Store store = Store.open(Linux.host(), root, true, Duration.ofMinutes(1))) {
            return store.prune(new Catalog(store, ImageLimits.standard())::roots, Duration.ZERO);
        }
    }
}
