package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.image.Image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What lies in the directory of a store, and what a sandbox sees of it. */
final class StoreTree {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private StoreTree() {}

    static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    /** The paths in a directory of the store. */
    static List<Path> in(Path store, String directory) throws IOException {
        return names(store.resolve(directory)).stream()
                .map(store.resolve(directory)::resolve)
                .toList();
    }

    /** All that has a digest for a name, by its inode. */
    static Map<String, Object> published(Path store) throws IOException {
        Map<String, Object> all = new TreeMap<>();
        for (String directory : List.of("blobs/sha256", "layers", "chains")) {
            for (String name : names(store.resolve(directory))) {
                Path file = store.resolve(directory).resolve(name);
                all.put(directory + "/" + name, Files.getAttribute(file, "unix:ino"));
            }
        }
        return all;
    }

    /** Nothing half-made, no lock, and of sessions one; a mounted image has a lease. */
    static void nothingIsLeft(Path store, String story) throws IOException {
        List<String> left = new ArrayList<>(names(store.resolve("ingest")));
        left.addAll(names(store.resolve("locks")));
        List<String> run = new ArrayList<>(names(store.resolve("run")));
        run.removeIf(name -> name.startsWith("lease-"));
        if (!left.isEmpty() || run.size() != 1 || !run.getFirst().startsWith("session-")) {
            throw new AssertionError(story + ": left in " + store + ": " + left + run);
        }
    }

    /** What a sandbox sees of an image, file by file. */
    static String listing(Image image) throws InterruptedException {
        Result result =
                Sandbox.builder()
                        .rootfs(image)
                        .timeout(PATIENCE)
                        .run("sh", "-c", SampleImage.LISTING);
        if (!result.stderr().isEmpty()) {
            throw new AssertionError(result.stderr());
        }
        return result.orThrow().stdout().lines().sorted().collect(Collectors.joining("\n"));
    }

    /** Says only what differs. */
    static void assertSame(String listing, String expected, String story) {
        Set<String> more = new TreeSet<>(listing.lines().toList());
        Set<String> less = new TreeSet<>(expected.lines().toList());
        Set<String> both = new TreeSet<>(more);
        both.retainAll(less);
        more.removeAll(both);
        less.removeAll(both);
        if (!more.equals(less)) {
            throw new AssertionError(story + ": " + more + " instead of " + less);
        }
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
