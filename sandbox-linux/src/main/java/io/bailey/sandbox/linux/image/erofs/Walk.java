package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Finds the directory that a path leads to, as the kernel would with the tree as its root: links
 * are followed and never lead out of it.
 */
abstract class Walk {
    /** MAXSYMLINKS of the kernel. */
    private static final int MOST_LINKS = 40;

    private final Directory root;
    private final TarEntry cause;

    Walk(Directory root, TarEntry cause) {
        this.root = root;
        this.cause = cause;
    }

    /** What to go on with where {@code name} in {@code at} is no directory; null: give up. */
    abstract @Nullable Directory missing(Directory at, String name);

    /** Null if it gave up. */
    final @Nullable Directory to(List<String> names) {
        Deque<String> ahead = new ArrayDeque<>(names);
        Directory at = root;
        int links = 0;
        while (!ahead.isEmpty()) {
            String name = ahead.removeFirst();
            Node next = next(at, name);
            if (next instanceof SymbolicLink link) {
                if (++links > MOST_LINKS) {
                    throw Refused.entry(cause, "its path has too many symbolic links");
                }
                at = link.target().startsWith("/") ? root : at;
                RawPath.names(link.target()).reversed().forEach(ahead::addFirst);
            } else {
                Directory into = next instanceof Directory found ? found : missing(at, name);
                if (into == null) {
                    return null;
                }
                at = into;
            }
        }
        return at;
    }

    private static @Nullable Node next(Directory at, String name) {
        return switch (name) {
            case "." -> at;
            case ".." -> at.parent();
            default -> at.get(name);
        };
    }
}
