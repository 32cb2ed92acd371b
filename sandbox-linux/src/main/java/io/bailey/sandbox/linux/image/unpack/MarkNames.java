package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The whiteouts that a layer names, as the image specification has them: {@code .wh.NAME} removes
 * one name, {@code .wh..wh..opq} all that lower layers have in a directory.
 */
final class MarkNames {
    private static final String PREFIX = ".wh.";
    private static final String META = ".wh..wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    private final TreeSet<String> opaque = new TreeSet<>();
    private final TreeSet<String> whiteouts = new TreeSet<>();

    /** Directories that hide what lower layers have in them, parents first. */
    NavigableSet<String> opaque() {
        return opaque;
    }

    /** What is removed, parents before what lies in them. */
    NavigableSet<String> whiteouts() {
        return whiteouts;
    }

    /** Takes the entry if it is a mark, or something of AUFS that nobody else knows. */
    boolean takes(List<String> components, TarEntry entry) {
        if (!entry.name().contains(PREFIX)) {
            return false;
        }
        List<String> parents = components.subList(0, components.size() - 1);
        String leaf = components.getLast();
        if (parents.stream().anyMatch(name -> name.startsWith(META))) {
            return true;
        }
        if (parents.stream().anyMatch(name -> name.startsWith(PREFIX))) {
            throw Failures.malformed(entry, "it lies in a whiteout");
        }
        if (leaf.equals(OPAQUE)) {
            opaque.add(PathNames.join(parents));
        } else if (leaf.startsWith(PREFIX) && !leaf.startsWith(META)) {
            whiteouts.add(PathNames.child(PathNames.join(parents), removed(leaf, entry)));
        }
        return leaf.startsWith(PREFIX);
    }

    private static String removed(String leaf, TarEntry entry) {
        String name = leaf.substring(PREFIX.length());
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw Failures.malformed(entry, "a whiteout must name what it removes");
        }
        return name;
    }
}
