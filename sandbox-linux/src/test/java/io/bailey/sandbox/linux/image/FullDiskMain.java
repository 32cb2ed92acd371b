package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.linux.testing.FakeRegistry;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What is done on a disk that is full, or read-only: a JVM of its own in a namespace of its own.
 */
final class FullDiskMain {
    private final Path disk;
    private final Path filler;
    private final Path store;
    private final SampleImage sample;

    private FullDiskMain(Path disk, SampleImage sample) {
        this.disk = disk;
        this.filler = disk.resolve("filler");
        this.store = disk.resolve("store");
        this.sample = sample;
    }

    /**
     * Arguments: "full", directory of the disk, layout; or "readonly", store, other store, name.
     */
    public static void main(String... words) throws Exception {
        if (words[0].equals("full")) {
            new FullDiskMain(Path.of(words[1]), SampleImage.read(Path.of(words[2]))).full();
        } else {
            readOnly(Path.of(words[1]), Path.of(words[2]), words[3]);
        }
        System.out.println("fine");
    }

    private void full() throws Exception {
        try (FakeRegistry registry = FakeRegistry.start();
                Images images = Images.builder().store(store).authFiles().open()) {
            String reference = sample.serve(registry, "1");
            for (int kibibytes : new int[] {0, 16, 300, 1500, 3000}) {
                fill(kibibytes);
                expectFull("pull at " + kibibytes, () -> images.pull(reference));
                nothingIsHalfMade(images);
                expectFull("load at " + kibibytes, () -> images.load(sample.layout()));
                nothingIsHalfMade(images);
                fill(0);
                images.prune();
                Files.delete(filler);
            }
            Image image = images.pull(reference);
            expect(images.verify().problems(), List.of());
            fill(100);
            expectFull("save", () -> images.save(image, disk.resolve("saved.tar")));
            expectFull("save", () -> images.save(image, disk.resolve("saved")));
            expect(StoreTree.names(disk), List.of("filler", "store"));
            fill(0);
            expectFull("tag", () -> images.tag(image, "other"));
            expect(images.remove(reference), true);
            images.prune();
            SharedStoreTest.prune(store);
            expect(StoreTree.published(store).isEmpty(), true);
            Files.delete(filler);
            expect(images.pull(reference).digest(), image.digest());
            expect(images.verify().problems(), List.of());
        }
    }

    private static void nothingIsHalfMade(Images images) throws IOException {
        StoreTree.nothingIsLeft(images.store(), "full");
        expect(images.list(), List.of());
        expect(images.verify().problems(), List.of());
    }

    /** Leaves so much of the disk. */
    private void fill(int kibibytes) throws IOException {
        Files.deleteIfExists(filler);
        long left = Files.getFileStore(disk).getUsableSpace() - 1024L * kibibytes;
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] page = new byte[4096];
            for (long i = 0; i < left / page.length; i++) {
                out.write(page);
            }
            while (kibibytes == 0) {
                out.write(page, 0, 512); // To the very last block.
            }
        } catch (IOException full) {
            // That is what was wanted; where a file takes blocks besides its own, a little early.
        }
    }

    private static void expectFull(String what, Runnable work) {
        try {
            work.run();
        } catch (ImageException failure) {
            if (failure.kind() == Kind.NO_SPACE && !failure.fix().isEmpty()) {
                return;
            }
            throw new AssertionError(
                    what + ": " + failure.kind() + " " + failure.getMessage(), failure);
        }
        throw new AssertionError(what + " did it");
    }

    private static void expect(Object actual, Object expected) {
        if (!actual.equals(expected)) {
            throw new AssertionError(actual + " instead of " + expected);
        }
    }

    private static void readOnly(Path store, Path other, String name) throws Exception {
        try {
            Images.open(store).close();
            throw new AssertionError("it was opened");
        } catch (ImageException refused) {
            expect(refused.kind(), Kind.STORE);
            expect(refused.getMessage().contains(store.toString()), true);
        }
        try (Images images =
                Images.builder().store(other).readOnlyStore(store).authFiles().open()) {
            Image image = images.find(name).orElseThrow();
            expect(image.store(), store);
            expect(StoreTree.listing(image).contains("/usr/lib/d0/f0"), true);
            expect(images.verify(image).problems(), List.of());
            expect(StoreTree.published(other).isEmpty(), true);
        }
    }
}
