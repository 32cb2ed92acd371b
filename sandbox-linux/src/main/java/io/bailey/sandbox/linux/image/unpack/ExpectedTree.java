package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the tree of a layer must look like, worked out from its entries in memory alone. */
final class ExpectedTree {
    private final Node root = new Node(null, "");
    private final MarkNames names = new MarkNames();
    private boolean marking;

    /** Where the last walk that led nowhere ended, and whether there was something in the way. */
    private Node stopped = root;

    private boolean obstacle;

    /** A name. Several hard links are several nodes of one file. */
    static final class Node {
        final @Nullable Node parent;
        final String name;
        final Map<String, Node> children = new TreeMap<>();
        @Nullable TarEntry entry;
        @Nullable Node linked;
        boolean directory;
        boolean opaque;
        boolean whiteout;
        boolean hollow;
        boolean elsewhere;
        List<String> differences = new ArrayList<>();

        Node(@Nullable Node parent, String name) {
            this.parent = parent;
            this.name = name;
        }

        String path() {
            List<String> names = new ArrayList<>();
            for (Node at = this; at.parent != null; at = at.parent) {
                names.add(at.name);
            }
            return String.join("/", names.reversed());
        }

        private boolean isCutOff() {
            Node at = this;
            while (at.parent != null && !at.opaque) {
                at = at.parent;
            }
            return at.opaque;
        }
    }

    ExpectedTree() {
        root.directory = true;
    }

    Node root() {
        return root;
    }

    /** Takes an entry. Null if it is no name of the tree. */
    @Nullable Node take(TarEntry entry) {
        List<String> components = PathNames.clean(entry.name());
        if (components.isEmpty()) {
            root.entry = entry;
            return root;
        }
        if (names.takes(components, entry)) {
            return null;
        }
        String leaf = components.removeLast();
        Node parent = walk(components, true);
        return parent == null ? null : put(parent, leaf, entry);
    }

    private Node put(Node parent, String leaf, TarEntry entry) {
        Node old = parent.children.get(leaf);
        if (old != null && old.directory && entry.type() == TarEntry.Type.DIRECTORY) {
            old.entry = entry;
            return old;
        }
        Node node = new Node(parent, leaf);
        node.entry = entry;
        node.directory = entry.type() == TarEntry.Type.DIRECTORY;
        if (entry.type() == TarEntry.Type.HARD_LINK) {
            link(node, entry);
            if (node.linked != null && node.linked == old) {
                return old;
            }
        }
        parent.children.put(leaf, node);
        return node;
    }

    private void link(Node node, TarEntry entry) {
        List<String> target = PathNames.clean(entry.link());
        String leaf = target.removeLast();
        Node parent = walk(target, false);
        Node found = parent == null ? null : parent.children.get(leaf);
        if (found == null || found.elsewhere || (found.directory && found.entry == null)) {
            node.elsewhere = true;
        } else {
            node.linked = found.linked == null ? found : found.linked;
        }
    }

    /** Follows a path within the tree; makes what is missing, or answers null. */
    private @Nullable Node walk(List<String> components, boolean making) {
        Node at = root;
        Deque<String> rest = PathNames.queue(components);
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.pop();
            if (name.equals("..")) {
                at = at.parent == null ? root : at.parent;
                continue;
            }
            Node next = at.children.get(name);
            TarEntry link = next == null ? null : linkOf(next);
            if (link != null && ++links <= DirectoryTree.MOST_LINKS) {
                PathNames.expand(link.link(), rest);
                at = link.link().startsWith("/") ? root : at;
            } else if (next == null && making) {
                at = directory(at, name);
            } else if (next == null || !next.directory) {
                stopped = at;
                obstacle = next != null;
                return null;
            } else {
                at = next;
            }
        }
        return at;
    }

    private static @Nullable TarEntry linkOf(Node node) {
        TarEntry entry = node.linked == null ? node.entry : node.linked.entry;
        return entry != null && entry.type() == TarEntry.Type.SYMBOLIC_LINK ? entry : null;
    }

    private Node directory(Node parent, String name) {
        Node made = new Node(parent, name);
        made.hollow = marking;
        made.directory = true;
        parent.children.put(name, made);
        return made;
    }

    /** Makes the marks, when all entries have been taken. */
    void finish() {
        for (String path : names.opaque()) {
            List<String> components = PathNames.split(path);
            Node found = mark(components);
            if (found == root) {
                root.opaque = true;
                root.children.values().forEach(child -> child.opaque = child.directory);
            } else if (found != null) {
                found.opaque = true;
            }
        }
        names.whiteouts().forEach(this::whiteOut);
        Deque<Node> left = new ArrayDeque<>(List.of(root));
        while (!left.isEmpty()) {
            Node node = left.pop();
            if (node.isCutOff()) {
                node.children.values().removeIf(child -> child.whiteout || child.hollow);
            }
            left.addAll(node.children.values());
        }
    }

    private void whiteOut(String path) {
        List<String> components = PathNames.split(path);
        String leaf = components.removeLast();
        Node parent = mark(components);
        if (parent == null) {
            return;
        }
        Node child = parent.children.get(leaf);
        if (child != null && !child.hollow) {
            child.opaque = child.directory;
        } else {
            Node made = new Node(parent, leaf);
            made.whiteout = true;
            parent.children.put(leaf, made);
        }
    }

    private @Nullable Node mark(List<String> components) {
        Node found = walk(components, false);
        if (found != null || obstacle || stopped.isCutOff()) {
            return found;
        }
        marking = true;
        found = walk(components, true);
        marking = false;
        return found;
    }
}
