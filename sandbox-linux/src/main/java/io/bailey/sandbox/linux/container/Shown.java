package io.bailey.sandbox.linux.container;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Where something is in a container, for a person. It becomes text only when something goes wrong:
 * whoever makes directories in directories would have long texts made for nothing.
 *
 * @param name a byte string
 * @param depth how many directories of those that are copied it is in
 */
record Shown(Optional<Shown> above, String name, int depth) {

    /**
     * What is copied.
     *
     * @param path its path in the container, for a person
     */
    static Shown top(String path) {
        return new Shown(Optional.empty(), path, 0);
    }

    /** What is called {@code name} in it. */
    Shown in(String child) {
        return new Shown(Optional.of(this), child, depth + 1);
    }

    @Override
    public String toString() {
        Deque<String> names = new ArrayDeque<>();
        Shown one = this;
        while (one.above.isPresent()) {
            names.push(CopyPaths.shown(one.name));
            one = one.above.get();
        }
        String top = one.name.equals("/") ? "" : one.name;
        return names.isEmpty() ? one.name : top + "/" + String.join("/", names);
    }
}
