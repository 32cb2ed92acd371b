package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.OpenFiles;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;

/** Things get into a store whole, and come out of it as they are named. */
class StoreTest {
    private static final long MANY = 1 << 20;

    @TempDir(factory = InMemory.class)
    Path scratch;

    private Path root;
    private Store store;
    private OpenFiles open;

    @BeforeEach
    void open() {
        open = OpenFiles.now();
        root = scratch.resolve("store");
        store = Things.open(root);
    }

    @AfterEach
    void nothingIsLeft() {
        store.close();
        assertThat(Things.names(root.resolve("ingest"))).isEmpty();
        assertThat(Things.names(root.resolve("locks"))).isEmpty();
        assertThat(Things.names(root.resolve("run"))).isEmpty();
        open.expectNoMore();
    }

    @Test
    void aBlobIsPublishedReadOnlyUnderItsDigest() throws Exception {
        assertThat(store.blob(Things.blob("a"))).isEmpty();
        Things.publishBlob(store, "a");
        Path file = store.blob(Things.blob("a")).orElseThrow();
        assertThat(file).isEqualTo(root.resolve("blobs/sha256/" + Things.blob("a").hex()));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--r--r--");
        assertThat(store.readBlob(Things.blob("a"), MANY)).isEqualTo(Things.content("a"));
        assertThat(store.blob(Things.blob("a"), Things.content("a").length)).contains(file);
        assertThat(store.blobs()).containsExactly(Things.blob("a"));
    }

    @Test
    void theOtherAlgorithmHasItsOwnPlace() {
        MessageDigest hash = Digest.Algorithm.SHA512.start();
        hash.update(Things.content("a"));
        Digest digest = Digest.of(Digest.Algorithm.SHA512, hash);
        try (Ingest ingest = store.ingest()) {
            Path file = ingest.path().resolve("x");
            Things.write(file, Things.content("a"));
            assertThat(ingest.publishBlob(file, digest))
                    .isEqualTo(root.resolve("blobs/sha512/" + digest.hex()));
        }
        assertThat(store.readBlob(digest, MANY)).isEqualTo(Things.content("a"));
        assertThat(store.verifyBlob(digest)).isTrue();
    }

    @Test
    void layersAndChainsArePublishedWhole() {
        Things.publish(store, "a");
        assertThat(Things.isThere(store, "a")).isTrue();
        assertThat(store.layer(Things.layer("a")))
                .contains(root.resolve("layers/sha256-" + Things.layer("a").hex()));
        assertThat(store.chain(Things.chain("a")))
                .contains(root.resolve("chains/sha256-" + Things.chain("a").hex()));
        assertThat(store.layer(Things.chain("a"))).isEmpty();
        assertThat(store.layers()).containsExactly(Things.layer("a"));
        assertThat(store.chains()).containsExactly(Things.chain("a"));
    }

    @Test
    void whoComesSecondDropsHisOwn() throws Exception {
        Things.publish(store, "a");
        Object first = Files.getAttribute(store.layer(Things.layer("a")).orElseThrow(), "unix:ino");
        Things.publish(store, "a");
        assertThat(Files.getAttribute(store.layer(Things.layer("a")).orElseThrow(), "unix:ino"))
                .isEqualTo(first);
        assertThat(Things.isThere(store, "a")).isTrue();
    }

    @Test
    void whatWasNotPublishedIsRemoved() {
        Path path;
        try (Ingest ingest = store.ingest()) {
            path = ingest.path();
            Things.tree(path.resolve("deep/er"), "a");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void onlyWhatLiesInTheIngestIsPublished() {
        try (Ingest ingest = store.ingest()) {
            for (Path elsewhere :
                    new Path[] {scratch, ingest.path(), ingest.path().resolve("../x")}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> ingest.publishBlob(elsewhere, Things.blob("a")));
            }
            Things.tree(ingest.path().resolve("tree"), "a");
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            ingest.publishBlob(ingest.path().resolve("tree"), Things.blob("a")));
        }
        assertThat(store.blobs()).isEmpty();
    }

    @Test
    void aLinkIsNoBlob() throws Exception {
        try (Ingest ingest = store.ingest()) {
            Path link =
                    Files.createSymbolicLink(
                            ingest.path().resolve("x"),
                            Files.writeString(scratch.resolve("elsewhere"), "x"));
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(() -> ingest.publishBlob(link, Things.blob("a")));
        }
        Path place = root.resolve("blobs/sha256/" + Things.blob("a").hex());
        Files.createSymbolicLink(place, Files.writeString(scratch.resolve("elsewhere"), "x"));
        assertThat(store.blob(Things.blob("a"))).isEmpty();
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> store.readBlob(Things.blob("a"), MANY))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    }

    @Test
    void aDamagedBlobIsPutAwayWhenItIsRead() throws Exception {
        Things.publishBlob(store, "a");
        damage(store.blob(Things.blob("a")).orElseThrow(), "other bytes, and not as many");
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> store.readBlob(Things.blob("a"), MANY))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
        assertThat(store.blob(Things.blob("a"))).isEmpty();
        assertThat(Things.names(root.resolve("trash"))).hasSize(1);
        Things.publishBlob(store, "a");
        assertThat(store.readBlob(Things.blob("a"), MANY)).isEqualTo(Things.content("a"));
    }

    @Test
    void aTruncatedBlobIsPutAwayWhenItsSizeIsAskedFor() throws Exception {
        Things.publishBlob(store, "a");
        damage(store.blob(Things.blob("a")).orElseThrow(), "");
        assertThat(store.blob(Things.blob("a"))).as("nobody asked").isPresent();
        assertThat(store.blob(Things.blob("a"), Things.content("a").length)).isEmpty();
        assertThat(store.blobs()).isEmpty();
    }

    @Test
    void aDamagedBlobIsPutAwayWhenItIsVerified() throws Exception {
        Things.publishBlob(store, "a");
        assertThat(store.verifyBlob(Things.blob("a"))).isTrue();
        byte[] bytes = Things.content("a");
        bytes[7] ^= 1;
        damage(
                store.blob(Things.blob("a")).orElseThrow(),
                new String(bytes, StandardCharsets.UTF_8));
        assertThat(store.verifyBlob(Things.blob("a"))).isFalse();
        assertThat(store.blobs()).isEmpty();
        assertThat(store.verifyBlob(Things.blob("b"))).as("not there").isFalse();
    }

    /** A power failure leaves files that are too short, and names that look as if all were well. */
    @Test
    void whoPublishesMendsWhatIsTooShort() throws Exception {
        Things.publishBlob(store, "a");
        damage(store.blob(Things.blob("a")).orElseThrow(), "");
        Things.publishBlob(store, "a");
        assertThat(store.readBlob(Things.blob("a"), MANY)).isEqualTo(Things.content("a"));
    }

    @Test
    void moreThanWasAskedForIsNotRead() {
        Things.publishBlob(store, "a");
        int length = Things.content("a").length;
        assertThat(store.readBlob(Things.blob("a"), length)).hasSize(length);
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> store.readBlob(Things.blob("a"), length - 1))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT_EXCEEDED));
        assertThat(store.blob(Things.blob("a"))).as("too long is not damaged").isPresent();
    }

    @Test
    void damagedLayersAndChainsArePutAway() {
        Things.publish(store, "a");
        store.discardLayer(Things.layer("a"));
        store.discardChain(Things.chain("a"));
        store.discardChain(Things.chain("never there"));
        assertThat(store.layer(Things.layer("a"))).isEmpty();
        assertThat(store.chain(Things.chain("a"))).isEmpty();
        assertThat(Things.names(root.resolve("trash"))).hasSize(2);
    }

    @Test
    void aNameMeansWhatItWasLastSetTo() {
        assertThat(store.image(Things.name("a"))).isEmpty();
        Things.setImage(store, "a");
        Things.setImage(store, "b");
        assertThat(store.image(Things.name("a"))).contains(Things.document("a"));
        byte[] other = (Things.name("a") + " other").getBytes(StandardCharsets.UTF_8);
        store.setImage(Things.name("a"), other);
        assertThat(store.image(Things.name("a"))).contains(other);
        assertThat(store.images()).containsExactlyInAnyOrder(other, Things.document("b"));
        assertThat(store.removeImage(Things.name("a"))).isTrue();
        assertThat(store.removeImage(Things.name("a"))).isFalse();
        assertThat(store.images()).containsExactly(Things.document("b"));
    }

    @Test
    void aDocumentHasItsNameInIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.setImage(Things.name("a"), Things.document("b")));
    }

    @Test
    void spaceIsReservedWithoutChangingTheFile() throws Exception {
        try (Ingest ingest = store.ingest()) {
            Path file = ingest.path().resolve("x");
            ingest.reserve(file, 300_000);
            assertThat(file).hasSize(0);
            Things.write(file, Things.content("a"));
            ingest.publishBlob(file, Things.blob("a"));
        }
        assertThat(store.readBlob(Things.blob("a"), MANY)).isEqualTo(Things.content("a"));
    }

    @Test
    void whatIsClosedStaysClosed() {
        Lease lease = Things.lease(store, "a");
        Ingest ingest = store.ingest();
        Lock lock = store.lock(Things.blob("a"));
        store.close();
        store.close();
        Things.tree(ingest.path().resolve("x"), "a");
        lock.close();
        lock.close();
        ingest.close();
        ingest.close();
        lease.close();
        lease.close();
    }

    @Test
    void aReadOnlyStoreReadsAndNeverWrites() throws Exception {
        Things.publish(store, "a");
        Things.setImage(store, "a");
        Things.publishBlob(store, "damaged");
        damage(store.blob(Things.blob("damaged")).orElseThrow(), "x");
        try (Store reader = Store.openReadOnly(Linux.host(), root)) {
            assertThat(reader.isReadOnly()).isTrue();
            assertThat(Things.isThere(reader, "a")).isTrue();
            assertThat(reader.image(Things.name("a"))).contains(Things.document("a"));
            assertThat(reader.verifyBlob(Things.blob("damaged"))).isFalse();
            assertThat(reader.blob(Things.blob("damaged"), 100)).isEmpty();
            assertThat(reader.blob(Things.blob("damaged"))).as("left alone").isPresent();
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(reader::ingest)
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.STORE))
                    .withMessageContaining("read-only");
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(() -> Things.setImage(reader, "b"));
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(() -> reader.prune(Things::rootsOf, Store.MINIMUM_AGE));
        }
    }

    static void damage(Path file, String bytes) throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(file, bytes);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    }
}
