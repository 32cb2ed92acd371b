package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException.Kind;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** What a store does on a tmpfs with no byte left. A JVM of its own, in a namespace of its own. */
final class FullDisk {
    private static final int MEBIBYTE = 1 << 20;

    private final Path disk;
    private final Path root;

    private FullDisk(Path disk) {
        this.disk = disk;
        this.root = disk.resolve("store");
    }

    public static void main(String... arguments) throws IOException {
        new FullDisk(Path.of(arguments[0])).run();
        System.out.println("fine");
    }

    private void run() throws IOException {
        try (Store store = Things.open(root)) {
            Things.publish(store, "kept");
            Things.setImage(store, "kept");
            publishLarge(store);
            tooLargeIsKnownBeforeItIsFetched(store);
            fill();
            nothingIsHalfMade(store);
            pruneMakesSpace(store);
            Things.publish(store, "new");
            Expect.that(Things.isThere(store, "new"), "new is there");
        }
    }

    private static void publishLarge(Store store) {
        byte[] bytes = new byte[3 * MEBIBYTE];
        new Random(1).nextBytes(bytes);
        try (Ingest ingest = store.ingest()) {
            Path file = ingest.path().resolve("large");
            ingest.reserve(file, bytes.length);
            Things.write(file, bytes);
            ingest.publishBlob(file, Digest.sha256(bytes));
        }
    }

    private static void expectNoSpace(Runnable what, String... words) {
        Expect.failure(Kind.NO_SPACE, what, words);
    }

    private static void tooLargeIsKnownBeforeItIsFetched(Store store) {
        try (Ingest ingest = store.ingest()) {
            Path file = ingest.path().resolve("x");
            expectNoSpace(
                    () -> ingest.reserve(file, 100L * MEBIBYTE), "104857600 bytes", "are free");
            Expect.that(!Files.exists(file), "the file is gone");
        }
    }

    /** To the last byte. */
    private void fill() throws IOException {
        try (OutputStream filler = Files.newOutputStream(disk.resolve("filler"))) {
            byte[] chunk = new byte[4096];
            while (free() > 0) {
                filler.write(chunk);
            }
        }
    }

    private long free() throws IOException {
        return Files.getFileStore(disk).getUsableSpace();
    }

    private void nothingIsHalfMade(Store store) {
        expectNoSpace(() -> Things.lease(store, "new"), "bytes", "0 are free");
        expectNoSpace(() -> Things.setImage(store, "new"), "bytes", "0 are free");
        Expect.that(store.image(Things.name("new")).isEmpty(), "no image");
        try (Ingest ingest = store.ingest()) {
            expectNoSpace(() -> ingest.reserve(ingest.path().resolve("x"), 4096), "0 are free");
        }
        Expect.that(Things.names(root.resolve("ingest")).isEmpty(), "no leftovers");
        boolean leased =
                Things.names(root.resolve("run")).stream()
                        .anyMatch(name -> name.startsWith(Leases.PREFIX));
        Expect.that(!leased, "no lease");
        // Without space for its number, a lock is still one; and a store can still be opened.
        store.lock(Things.blob("new")).close();
        Things.open(root).close();
        Expect.that(Things.isThere(store, "kept"), "kept is there");
    }

    private void pruneMakesSpace(Store store) throws IOException {
        Expect.that(free() == 0, "no byte is free");
        Removed removed = store.prune(Things::rootsOf, Duration.ZERO);
        Expect.that(removed.blobs() == 1, removed.toString());
        Expect.that(removed.bytes() == 3 * MEBIBYTE, removed.toString());
        Expect.that(free() >= 3 * MEBIBYTE, "three MiB are free");
        Expect.that(store.blobs().equals(List.of(Things.blob("kept"))), "kept alone is there");
        Expect.that(Things.isThere(store, "kept"), "kept is there");
    }
}
