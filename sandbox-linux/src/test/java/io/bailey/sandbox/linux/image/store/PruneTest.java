package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.SystemCall;
import io.bailey.sandbox.linux.testing.OpenFiles;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** What nobody needs goes; what somebody needs stays. */
@Timeout(60)
class PruneTest {
    @TempDir(factory = InMemory.class)
    Path root;

    private Store store;
    private OpenFiles open;
    private boolean armed;

    @BeforeEach
    void open() {
        open = OpenFiles.now();
        store = Things.open(root);
    }

    @AfterEach
    void nothingIsLeft() {
        store.close();
        assertThat(Things.names(root.resolve("run"))).isEmpty();
        open.expectNoMore();
    }

    private Removed prune() {
        return store.prune(Things::rootsOf, Duration.ZERO);
    }

    @Test
    void onlyWhatImagesNeedStays() {
        Things.publish(store, "needed");
        Things.setImage(store, "needed");
        Things.publish(store, "other");
        Removed removed = prune();
        assertThat(removed.blobs()).isEqualTo(1);
        assertThat(removed.layers()).isEqualTo(1);
        assertThat(removed.chains()).isEqualTo(1);
        assertThat(removed.bytes()).isGreaterThan(5L * Things.content("other").length);
        assertThat(Things.isThere(store, "needed")).isTrue();
        assertThat(store.blob(Things.blob("other"))).isEmpty();
        assertThat(store.layer(Things.layer("other"))).isEmpty();
        assertThat(store.chain(Things.chain("other"))).isEmpty();
        assertThat(Things.names(root.resolve("trash"))).isEmpty();
        assertThat(prune()).isEqualTo(new Removed(0, 0, 0, 0, 0));
    }

    @Test
    void whatIsYoungStays() {
        Things.publish(store, "young");
        store.prune(Things::rootsOf, Store.MINIMUM_AGE);
        assertThat(Things.isThere(store, "young")).isTrue();
    }

    @Test
    void aRenameMakesYoung() throws Exception {
        try (Ingest ingest = store.ingest()) {
            Path tree = Things.tree(ingest.path().resolve("x"), "a");
            Files.setLastModifiedTime(tree, java.nio.file.attribute.FileTime.fromMillis(0));
            ingest.publishLayer(tree, Things.layer("a"));
        }
        store.prune(Things::rootsOf, Store.MINIMUM_AGE);
        assertThat(store.layer(Things.layer("a"))).isPresent();
    }

    @Test
    void whatIsLeasedStaysUntilTheLeaseIsClosed() {
        try (Lease lease = Things.lease(store, "a")) {
            Things.publish(store, "a");
            Things.publish(store, "b");
            prune();
            assertThat(Things.isThere(store, "a")).isTrue();
            assertThat(store.blobs()).hasSize(1);
            Things.publish(store, "b");
            Roots b = Things.roots("b");
            lease.extend(b.blobs(), b.layers(), b.chains());
            prune();
            assertThat(Things.isThere(store, "b")).isTrue();
        }
        prune();
        assertThat(store.blobs()).isEmpty();
        assertThat(store.layers()).isEmpty();
        assertThat(store.chains()).isEmpty();
    }

    @Test
    void aLeaseOutlivesItsStore() {
        Things.publish(store, "a");
        Store second = Things.open(root);
        Lease lease = Things.lease(second, "a");
        second.close();
        prune();
        assertThat(Things.isThere(store, "a")).isTrue();
        lease.close();
        prune();
        assertThat(store.blobs()).isEmpty();
    }

    @Test
    void theLeaseOfADeadOneIsNone() throws Exception {
        Things.publish(store, "a");
        Path lease = root.resolve("run/" + Leases.PREFIX + "dead");
        Files.writeString(lease, Leases.HEADER + Leases.lines(Things.roots("a")));
        Removed removed = prune();
        assertThat(removed.leftovers()).isEqualTo(1);
        assertThat(removed.blobs()).isEqualTo(1);
        assertThat(lease).doesNotExist();
    }

    /** Of a newer version, perhaps: it may need anything. */
    @Test
    void aLivingLeaseThatCannotBeReadKeepsEverything() throws Exception {
        Things.publish(store, "a");
        Path lease = root.resolve("run/" + Leases.PREFIX + "strange");
        Files.writeString(lease, "bailey-lease 2\n");
        int flags = Linux.O_RDONLY;
        int number = Linux.host().openat(Linux.AT_FDCWD, lease.toString(), flags, 0);
        try (Fd fd = Linux.host().own(number)) {
            assertThat(Disk.flock(Linux.host(), fd.number(), Disk.LOCK_EX)).isZero();
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(this::prune)
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.STORE))
                    .withMessageContaining(lease.toString());
        }
        assertThat(Things.isThere(store, "a")).isTrue();
        prune();
        assertThat(store.blobs()).isEmpty();
    }

    @Test
    void aDocumentThatCannotBeReadKeepsEverything() {
        Things.publish(store, "a");
        store.setImage("broken", "broken".getBytes(UTF_8));
        assertThatExceptionOfType(AssertionError.class).isThrownBy(this::prune);
        assertThat(Things.isThere(store, "a")).isTrue();
        store.removeImage("broken");
        prune();
        assertThat(store.blobs()).isEmpty();
    }

    /**
     * Between the look at what is needed and the move of the rest nobody comes to need anything.
     */
    @Test
    void nobodyLeasesWhileTheRestIsMoved() {
        Things.publish(store, "a");
        List<Kind> refused = new ArrayList<>();
        SystemCall real = Linux.realCalls();
        try (Store other = Store.open(Linux.host(), root, true, Duration.ofMillis(20))) {
            SystemCall watched =
                    (sys, a, b, c, d, e, f) -> {
                        if (sys == Sys.RENAMEAT2 && armed && refused.isEmpty()) {
                            refused.add(kindOf(() -> Things.lease(other, "a")));
                            refused.add(kindOf(() -> Things.publishBlob(other, "b")));
                            refused.add(kindOf(() -> Things.setImage(other, "a")));
                        }
                        return real.invoke(sys, a, b, c, d, e, f);
                    };
            try (Store pruner = Store.open(Linux.over(watched), root, true, Things.PATIENCE)) {
                armed = true;
                assertThat(pruner.prune(Things::rootsOf, Duration.ZERO).blobs()).isEqualTo(1);
            }
            assertThat(refused).containsExactly(Kind.LOCKED, Kind.LOCKED, Kind.LOCKED);
            Things.lease(other, "a").close();
        }
        assertThat(store.images()).isEmpty();
        assertThat(Things.names(root.resolve("ingest"))).isEmpty();
    }

    private static Kind kindOf(Runnable what) {
        AtomicReference<Kind> kind = new AtomicReference<>();
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(what::run)
                .satisfies(e -> kind.set(e.kind()));
        return kind.get();
    }

    /** It is asked for the needs of an image while the store is locked. */
    @Test
    void whoIsAskedMayReadButNotPublish() {
        Things.publish(store, "a");
        Things.setImage(store, "a");
        store.prune(
                document -> {
                    assertThat(store.readBlob(Things.blob("a"), 1 << 20)).isNotEmpty();
                    assertThatIllegalStateException().isThrownBy(() -> Things.lease(store, "b"));
                    assertThatIllegalStateException().isThrownBy(() -> Things.publish(store, "b"));
                    return Things.rootsOf(document);
                },
                Duration.ZERO);
        Things.publish(store, "b");
        assertThat(Things.isThere(store, "a")).isTrue();
    }

    @Test
    void whatIsBeingMadeIsLeftAlone() {
        try (Ingest ingest = store.ingest()) {
            Things.tree(ingest.path().resolve("x"), "a");
            prune();
            Things.open(root).close();
            ingest.publishLayer(ingest.path().resolve("x"), Things.layer("a"));
        }
        assertThat(store.layer(Things.layer("a"))).isPresent();
    }

    @Test
    void whatTheDeadHaveLeftIsSwept() throws Exception {
        leaveDead();
        Removed removed = prune();
        assertThat(removed.leftovers()).isEqualTo(3);
        assertThat(removed.bytes()).isPositive();
        assertThat(Things.names(root.resolve("ingest"))).isEmpty();
        assertThat(Things.names(root.resolve("locks"))).isEmpty();
    }

    @Test
    void alsoByTheNextWhoOpens() throws Exception {
        leaveDead();
        Things.open(root).close();
        assertThat(Things.names(root.resolve("ingest"))).isEmpty();
        assertThat(Things.names(root.resolve("locks"))).isEmpty();
    }

    private void leaveDead() throws Exception {
        Things.tree(root.resolve("ingest/dead"), "a");
        Files.writeString(root.resolve("ingest/draft"), "half a docum");
        Files.writeString(root.resolve("locks/" + Names.of(Things.blob("a"))), "4711");
    }

    /** A layer found damaged while a sandbox runs on it: put away, but not taken from under it. */
    @Test
    void whatIsPutAwayGoesWhenNobodyUsesIt() {
        Things.publish(store, "a");
        try (Lease lease = Things.lease(store, "a")) {
            assertThat(lease).isNotNull();
            store.discardLayer(Things.layer("a"));
            assertThat(store.layer(Things.layer("a"))).isEmpty();
            prune();
            assertThat(Things.names(root.resolve("trash"))).hasSize(1);
        }
        prune();
        assertThat(Things.names(root.resolve("trash"))).isEmpty();
    }

    @Test
    void whoOnlyReadsKeepsWhatHeHasLeased() {
        Things.publish(store, "a");
        Things.publish(store, "b");
        try (Store reader = Store.openReadOnly(Linux.host(), root)) {
            try (Lease lease = Things.lease(reader, "a")) {
                prune();
                assertThat(Things.isThere(store, "a")).isTrue();
                assertThat(store.blobs()).as("b is gone").hasSize(1);
                Things.publish(store, "b");
                Roots b = Things.roots("b");
                lease.extend(b.blobs(), b.layers(), b.chains());
                prune();
                assertThat(Things.isThere(store, "b")).isTrue();
            }
            Things.lease(reader, "never there").close();
        }
        prune();
        assertThat(store.blobs()).isEmpty();
    }

    @Test
    void strangersInTheStoreAreLeftAlone() throws Exception {
        Path note = Files.writeString(root.resolve("layers/README"), "x");
        Path odd = Files.writeString(root.resolve("blobs/sha256/" + "A".repeat(64)), "x");
        prune();
        assertThat(note).exists();
        assertThat(odd).exists();
        assertThat(store.blobs()).isEmpty();
        assertThat(store.layers()).isEmpty();
    }
}
