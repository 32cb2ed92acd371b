package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.linux.testing.ChildJvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A JVM of its own that works on a shared store. It says {@code ready}, waits for a line, and then
 * does what it was told; whatever it finds wrong it says, and ends with a status that is not 0.
 */
final class Worker {
    private static final List<String> WORDS = List.of("w0", "w1", "w2", "w3");

    private final Store store;
    private final Random random;

    private Worker(Store store, long seed) {
        this.store = store;
        this.random = new Random(seed);
    }

    /** Starts one: its store, what to do, and a number. */
    static Process start(Path root, String task, long number) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "-ea"));
        command.addAll(List.of("-classpath", ChildJvm.classPath(), Worker.class.getName()));
        command.addAll(List.of(root.toString(), task, Long.toString(number)));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    public static void main(String... arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        try (Store store = Things.open(root)) {
            System.out.println("ready");
            if (System.in.read() < 0) {
                throw new IOException("nobody is there");
            }
            Worker worker = new Worker(store, Long.parseLong(arguments[2]));
            switch (arguments[1]) {
                case "once" -> worker.makeOnce(root.resolveSibling("made"));
                case "forever" -> worker.work(Integer.MAX_VALUE);
                default -> worker.work(Integer.parseInt(arguments[1]));
            }
            System.out.println("done");
        }
    }

    /** Makes one blob if nobody has, and leaves a line if it did. */
    private void makeOnce(Path log) throws IOException {
        try (Lease lease = Things.lease(store, "shared");
                Lock lock = store.lock(Things.blob("shared"))) {
            if (store.blob(Things.blob("shared")).isEmpty()) {
                Files.writeString(
                        log,
                        lock.digests() + " " + lease + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
                Things.publishBlob(store, "shared");
            }
        }
        Expect.that(store.verifyBlob(Things.blob("shared")), "the blob is there");
    }

    private void work(int rounds) {
        for (int i = 0; i < rounds; i++) {
            String word = WORDS.get(random.nextInt(WORDS.size()));
            try (Lease lease = Things.lease(store, word)) {
                pull(word);
                if (random.nextInt(3) == 0) {
                    Things.setImage(store, word);
                } else if (random.nextInt(3) == 0) {
                    store.removeImage(Things.name(word));
                }
                if (random.nextInt(3) == 0) {
                    store.prune(Things::rootsOf, Duration.ZERO);
                }
                Expect.that(
                        Things.isThere(store, word), word + " is there, which is leased: " + lease);
            }
            if (random.nextInt(4) == 0) {
                store.prune(Things::rootsOf, Duration.ZERO);
            }
        }
    }

    /** As a pull does it: looks, locks, looks again, makes. */
    private void pull(String word) {
        if (store.blob(Things.blob(word), Things.content(word).length).isEmpty()) {
            try (Lock lock = store.lock(Things.blob(word))) {
                if (store.blob(Things.blob(word)).isEmpty()) {
                    Things.publishBlob(store, word);
                }
                Expect.that(!lock.digests().isEmpty(), "a lock");
            }
        }
        if (store.layer(Things.layer(word)).isEmpty()
                || store.chain(Things.chain(word)).isEmpty()) {
            try (Lock lock =
                    store.lockAll(List.of(Things.layer(word), Things.chain(word)), ignored -> {})) {
                Things.publishLayer(store, word);
                Things.publishChain(store, word);
                Expect.that(!lock.digests().isEmpty(), "a lock");
            }
        }
        Expect.that(Things.isThere(store, word), word + " is there, which was just made");
    }
}
