package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A directory of the tree that is being made. As long as it hangs in the tree, there is a directory
 * of that name on disk: only the unpacker makes and removes any.
 */
final class TreeDirectory {
    final @Nullable TreeDirectory parent;
    final String name;
    final int depth;

    /** The last entry that was about it; null while it is only implied. */
    @Nullable TarEntry entry;

    /** Hides what lower layers have in it. */
    boolean opaque;

    /** Was removed by a whiteout before it was made: no lower layer knows what it is like. */
    boolean replaced;

    /** There are only marks in it. */
    boolean hollow;

    /** A descriptor of it; −1: closed. */
    int fd = -1;

    private final Map<String, TreeDirectory> children = new HashMap<>(2);
    private @Nullable Map<String, Link> links;

    /** A hard link in it whose target is in a lower layer. */
    record Link(long number, String name, String target) {}

    TreeDirectory(@Nullable TreeDirectory parent, String name) {
        this.parent = parent;
        this.name = name;
        this.depth = parent == null ? 0 : parent.depth + 1;
    }

    @Nullable TreeDirectory child(String name) {
        return children.get(name);
    }

    Collection<TreeDirectory> children() {
        return children.values();
    }

    void add(TreeDirectory child) {
        children.put(child.name, child);
    }

    void remove(String name) {
        children.remove(name);
    }

    void addLink(Link link) {
        if (links == null) {
            links = new HashMap<>();
        }
        links.put(link.name(), link);
    }

    void removeLink(String name) {
        if (links != null) {
            links.remove(name);
        }
    }

    boolean hasLink(String name) {
        return links != null && links.containsKey(name);
    }

    Collection<Link> links() {
        return links == null ? List.of() : links.values();
    }

    /** Does it, or a directory above it, hide what lower layers have? */
    boolean isCutOff() {
        for (TreeDirectory at = this; at != null; at = at.parent) {
            if (at.opaque) {
                return true;
            }
        }
        return false;
    }

    /** Is it this directory or one below it? */
    boolean isWithin(@Nullable TreeDirectory other) {
        TreeDirectory at = this;
        while (at != null && at != other) {
            at = at.parent;
        }
        return at != null;
    }

    /** Relative to the tree; the root's is empty. */
    String path() {
        StringBuilder path = new StringBuilder();
        for (TreeDirectory at = this; at.parent != null; at = at.parent) {
            path.insert(0, at.name).insert(0, '/');
        }
        return path.isEmpty() ? "" : path.substring(1);
    }

    /** The path of a name in it. */
    String path(String leaf) {
        String path = path();
        return path.isEmpty() ? leaf : path + "/" + leaf;
    }
}
