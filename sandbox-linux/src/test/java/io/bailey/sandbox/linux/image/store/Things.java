package io.bailey.sandbox.linux.image.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Objects for tests, each made of a word: a blob with the word in it, a layer and a chain whose two
 * files have it, and an image that needs all three.
 */
final class Things {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private Things() {}

    static Store open(Path root) {
        return Store.open(Linux.host(), root, true, PATIENCE);
    }

    static byte[] content(String word) {
        return ("content of " + word + "\n").repeat(20).getBytes(UTF_8);
    }

    static Digest blob(String word) {
        return Digest.sha256(content(word));
    }

    static Digest layer(String word) {
        return Digest.sha256(("layer " + word).getBytes(UTF_8));
    }

    static Digest chain(String word) {
        return Digest.sha256(("chain " + word).getBytes(UTF_8));
    }

    static Roots roots(String word) {
        return Roots.of(List.of(blob(word)), List.of(layer(word)), List.of(chain(word)));
    }

    static String name(String word) {
        return "localhost/" + word + ":latest";
    }

    static byte[] document(String word) {
        return ("{\"name\":\"" + name(word) + "\",\"word\":\"" + word + "\"}").getBytes(UTF_8);
    }

    /** What the document needs; fails for one that is not whole. */
    static Roots rootsOf(byte[] document) {
        return roots(word(document));
    }

    static String word(byte[] document) {
        String text = new String(document, UTF_8);
        String word = text.substring(text.lastIndexOf(":\"") + 2, text.length() - 2);
        if (!text.equals(new String(document(word), UTF_8))) {
            throw new AssertionError("half a document: " + text);
        }
        return word;
    }

    static void publishBlob(Store store, String word) {
        try (Ingest ingest = store.ingest()) {
            Path file = ingest.path().resolve("blob");
            write(file, content(word));
            ingest.publishBlob(file, blob(word));
        }
    }

    static void publishLayer(Store store, String word) {
        try (Ingest ingest = store.ingest()) {
            ingest.publishLayer(tree(ingest.path().resolve("layer"), word), layer(word));
        }
    }

    static void publishChain(Store store, String word) {
        try (Ingest ingest = store.ingest()) {
            ingest.publishChain(tree(ingest.path().resolve("chain"), word), chain(word));
        }
    }

    static void publish(Store store, String word) {
        publishBlob(store, word);
        publishLayer(store, word);
        publishChain(store, word);
    }

    static Lease lease(Store store, String word) {
        Roots roots = roots(word);
        return store.lease(roots.blobs(), roots.layers(), roots.chains());
    }

    static void setImage(Store store, String word) {
        store.setImage(name(word), document(word));
    }

    static Path tree(Path directory, String word) {
        try {
            Files.createDirectories(directory.resolve("fs/etc"));
            write(directory.resolve("fs/etc/word"), content(word));
            write(directory.resolve("notes.json"), content(word));
            return directory;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static boolean isWhole(Path tree, String word) {
        return content(word).length == size(tree.resolve("fs/etc/word"))
                && content(word).length == size(tree.resolve("notes.json"));
    }

    /** Everything that the word means is there, and whole. */
    static boolean isThere(Store store, String word) {
        return store.verifyBlob(blob(word))
                && store.layer(layer(word)).filter(tree -> isWhole(tree, word)).isPresent()
                && store.chain(chain(word)).filter(tree -> isWhole(tree, word)).isPresent();
    }

    static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : -1;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The names in a directory of the store. */
    static List<String> names(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
