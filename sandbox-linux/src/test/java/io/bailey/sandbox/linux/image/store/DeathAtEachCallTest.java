package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.OpenFiles;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A process is killed before its first system call, before its second, and so on to its last: who
 * opens the store next finds nothing that is half-made, nothing locked, and nothing missing that an
 * image needs.
 */
class DeathAtEachCallTest {
    @TempDir(factory = InMemory.class)
    Path scratch;

    /** Everything one does with a store. */
    static void live(Linux linux, Path root, boolean sync) {
        try (Store store = Store.open(linux, root, sync, Things.PATIENCE);
                Lease lease = Things.lease(store, "new")) {
            try (Lock lock =
                    store.lockAll(
                            List.of(Things.blob("new"), Things.layer("new")), ignored -> {})) {
                assertThat(lock.digests()).hasSize(2);
                Things.publish(store, "new");
            }
            Things.setImage(store, "new");
            lease.extend(List.of(Things.blob("old")), List.of(), List.of());
            try (Ingest unpublished = store.ingest()) {
                Path half = unpublished.path().resolve("half");
                unpublished.reserve(half, 10_000);
                Things.tree(unpublished.path().resolve("tree"), "half");
            }
            store.discardLayer(Things.layer("damaged"));
            assertThat(store.removeImage(Things.name("forgotten"))).isTrue();
            store.prune(Things::rootsOf, Duration.ZERO);
        }
    }

    static void before(Path root) {
        try (Store store = Things.open(root)) {
            for (String word : List.of("old", "kept", "forgotten")) {
                Things.publish(store, word);
            }
            Things.publishLayer(store, "damaged");
            Things.setImage(store, "kept");
            Things.setImage(store, "forgotten");
        }
    }

    @Test
    void withSync() throws Exception {
        assertThat(dieAtEachCall(true)).isGreaterThan(200);
    }

    @Test
    void withoutSync() throws Exception {
        assertThat(dieAtEachCall(false)).isGreaterThan(200);
    }

    /** Even in the first opening of an empty directory. */
    @Test
    void inTheVeryFirstOpening() throws Exception {
        int lifetime = 0;
        boolean died = true;
        while (died) {
            Path root = Files.createDirectory(scratch.resolve("empty" + lifetime));
            DyingKernel kernel = new DyingKernel(lifetime++);
            try (Store store = Store.open(Linux.over(kernel), root, true, Things.PATIENCE)) {
                died = false;
                assertThat(store.blobs()).isEmpty();
            } catch (DyingKernel.Death killed) {
                kernel.bury();
            }
            try (Store store = Things.open(root)) {
                Things.publish(store, "a");
                assertThat(Things.isThere(store, "a")).isTrue();
                assertThat(Things.names(root)).noneMatch(name -> name.startsWith("."));
            }
        }
        assertThat(lifetime).isGreaterThan(30);
    }

    private int dieAtEachCall(boolean sync) throws Exception {
        OpenFiles open = OpenFiles.now();
        int lifetime = 0;
        boolean died = true;
        while (died) {
            Path root = scratch.resolve("store" + lifetime);
            before(root);
            DyingKernel kernel = new DyingKernel(lifetime);
            try {
                live(Linux.over(kernel), root, sync);
                died = false;
            } catch (DyingKernel.Death killed) {
                kernel.bury();
            }
            expectIntact(root, lifetime);
            remove(scratch, "store" + lifetime);
            lifetime++;
        }
        open.expectNoMore();
        return lifetime;
    }

    static void expectIntact(Path root, int lifetime) {
        try (Store store = Store.open(Linux.host(), root, true, Duration.ZERO)) {
            assertThat(Things.names(root.resolve("ingest"))).as("after %d", lifetime).isEmpty();
            assertThat(Things.names(root.resolve("locks"))).as("after %d", lifetime).isEmpty();
            assertThat(Things.names(root.resolve("run")))
                    .as("after %d", lifetime)
                    .noneMatch(name -> name.startsWith(Leases.PREFIX));
            assertThat(store.needsVerification()).isFalse();
            expectWhole(store);
            try (Lock lock = store.lock(Things.blob("new"))) {
                assertThat(lock.digests()).hasSize(1);
            }
            for (byte[] document : store.images()) {
                assertThat(Things.isThere(store, Things.word(document))).isTrue();
            }
            assertThat(store.image(Things.name("kept"))).isPresent();
            expectPrunable(store);
        }
    }

    private static void expectWhole(Store store) {
        for (Digest digest : store.blobs()) {
            assertThat(store.verifyBlob(digest)).as("blob %s", digest).isTrue();
        }
        for (String word : List.of("old", "kept", "forgotten", "new", "damaged")) {
            assertThat(store.layer(Things.layer(word)))
                    .matches(tree -> tree.isEmpty() || Things.isWhole(tree.get(), word));
            assertThat(store.chain(Things.chain(word)))
                    .matches(tree -> tree.isEmpty() || Things.isWhole(tree.get(), word));
        }
    }

    private static void expectPrunable(Store store) {
        store.prune(Things::rootsOf, Duration.ZERO);
        assertThat(Things.names(store.root().resolve("trash"))).isEmpty();
        assertThat(store.layers()).hasSize(store.images().size());
        assertThat(store.chains()).hasSize(store.images().size());
        assertThat(store.blobs()).hasSize(store.images().size());
    }

    static void remove(Path directory, String name) {
        int dir = Linux.host().openat(Linux.AT_FDCWD, directory.toString(), Linux.O_PATH, 0);
        assertThat(io.bailey.sandbox.linux.sys.TreeRemoval.remove(Linux.host(), dir, name).result())
                .isZero();
        Linux.host().close(dir);
    }
}
