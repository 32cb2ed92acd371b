package io.bailey.sandbox.jmh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A command line that grows. */
final class CommandLine {
    private final List<String> words = new ArrayList<>();

    CommandLine and(String... more) {
        return and(List.of(more));
    }

    CommandLine and(Collection<String> more) {
        words.addAll(more);
        return this;
    }

    List<String> words() {
        return List.copyOf(words);
    }
}
