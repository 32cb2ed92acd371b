package io.bailey.sandbox.linux.image.erofs;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A directory of the merged tree. The root is its own parent. */
final class Directory extends Node {
    private static final int S_IFDIR = 0x4000;

    private final Directory parent;
    private final int depth;
    private NavigableMap<String, Node> children = Collections.emptyNavigableMap();

    private Directory(@Nullable Directory parent, Attributes attributes) {
        super(attributes);
        this.parent = parent == null ? this : parent;
        this.depth = parent == null ? 0 : parent.depth + 1;
    }

    static Directory root() {
        return new Directory(null, Attributes.implied());
    }

    static Directory in(Directory parent, Attributes attributes) {
        return new Directory(parent, attributes);
    }

    Directory parent() {
        return parent;
    }

    /** How many directories are above what is in it. */
    int depth() {
        return depth;
    }

    @Nullable Node get(String name) {
        return children.get(name);
    }

    void put(String name, Node node) {
        if (children.isEmpty()) {
            // Latin-1 strings compare as their bytes do: it is the order EROFS wants.
            children = new TreeMap<>();
        }
        children.put(name, node);
    }

    void remove(String name) {
        if (!children.isEmpty()) {
            children.remove(name);
        }
    }

    void clear() {
        children = Collections.emptyNavigableMap();
    }

    /** By name, in the order of their bytes. */
    NavigableMap<String, Node> children() {
        return children;
    }

    @Override
    int format() {
        return S_IFDIR;
    }
}
