package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What came of each attempt at each wall; made once, however many tests ask. */
final class Answers {
    private record Key(Wall wall, String name) {}

    private final Map<Key, Answer> known = new ConcurrentHashMap<>();
    private final Map<Wall, Boolean> present = new ConcurrentHashMap<>();
    private volatile Map<String, List<String>> names = Map.of();

    Answer of(Wall wall, String name) {
        return known.computeIfAbsent(new Key(wall, name), Answers::make);
    }

    boolean isPresent(Wall wall) {
        return present.computeIfAbsent(wall, Wall::isPresent);
    }

    /**
     * Makes all attempts at a wall whose sandboxes share nothing, several at a time. One that fails
     * in a way that is no answer is made again by whoever asks for it.
     */
    void prepare(Wall wall) throws IOException, InterruptedException {
        List<String> all = names(wall).values().stream().flatMap(List::stream).toList();
        int processors = Runtime.getRuntime().availableProcessors();
        try (ExecutorService threads =
                Executors.newFixedThreadPool(
                        processors, Thread.ofPlatform().name("attack-", 0).factory())) {
            all.forEach(name -> threads.submit(() -> of(wall, name)));
        }
    }

    private static Answer make(Key key) {
        try {
            return key.wall.attempt(key.name);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * The names of all attempts by group, in the order of attempts.c, which tells them to no one
     * outside.
     */
    Map<String, List<String>> names(Wall wall) throws IOException, InterruptedException {
        if (names.isEmpty()) {
            names = list(wall);
        }
        return names;
    }

    private static Map<String, List<String>> list(Wall wall)
            throws IOException, InterruptedException {
        Wall.Said said = wall.run("list");
        assertThat(said.exitCode()).as("%s: %s", wall.title(), said).isZero();
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (String line : said.lines()) {
            String[] words = line.split("\t");
            groups.computeIfAbsent(words[0], _ -> new ArrayList<>()).add(words[1]);
        }
        return groups;
    }
}
