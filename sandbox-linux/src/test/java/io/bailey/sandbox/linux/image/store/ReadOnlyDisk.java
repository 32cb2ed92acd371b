package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.file.Path;
import java.time.Duration;

/** What a store does when its file system becomes read-only. A JVM in a namespace of its own. */
final class ReadOnlyDisk {
    private ReadOnlyDisk() {}

    public static void main(String... arguments) throws Exception {
        Path disk = Path.of(arguments[0]);
        Path root = disk.resolve("store");
        try (Store store = Things.open(root)) {
            Things.publish(store, "a");
            Things.setImage(store, "a");
        }
        Store writable = Things.open(root);
        // Nothing that a store keeps open stands in the way.
        Process mount =
                new ProcessBuilder("mount", "-o", "remount,bind,ro", disk.toString())
                        .inheritIO()
                        .start();
        Expect.that(mount.waitFor() == 0, "it is read-only now");
        expectReadOnly(() -> Things.open(root));
        expectReadOnly(() -> Things.open(disk.resolve("other")));
        expectReadOnly(() -> Things.setImage(writable, "b"));
        expectReadOnly(writable::ingest);
        expectReadOnly(() -> Things.lease(writable, "a"));
        expectReadOnly(() -> writable.lock(Things.blob("a")));
        expectReadOnly(() -> writable.removeImage(Things.name("a")));
        expectReadOnly(() -> writable.prune(document -> Roots.NONE, Duration.ZERO));
        writable.close();
        try (Store reader = Store.openReadOnly(Linux.host(), root);
                Lease lease = Things.lease(reader, "a")) {
            Expect.that(Things.isThere(reader, "a"), "it can be read, with " + lease);
            Expect.that(reader.images().size() == 1, "so can its name");
        }
        System.out.println("fine");
    }

    private static void expectReadOnly(Runnable what) {
        Expect.failure(Kind.STORE, what, "read-only");
    }
}
