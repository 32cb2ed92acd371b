package io.bailey.sandbox.linux.image.unpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarEntry.Type;
import io.bailey.sandbox.linux.image.unpack.Workbench.Shown;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * One whole tree in memory, onto which layers are applied one after another: what the image
 * specification says layers mean ("layer.md", Applying Changesets), without overlays.
 */
final class ModelTree {
    /** Whose all is that an ordinary user unpacks. */
    private static final String USER = Linux.host().geteuid() + ":" + Linux.host().getegid();

    private final boolean owners;
    private final Node root = directory(null);
    private final List<Node> added = new ArrayList<>();

    /** The layer means nothing: what it needs is not there, or is something else. */
    static final class Meaningless extends Exception {
        private static final long serialVersionUID = 1;

        Meaningless(String why) {
            super(why);
        }
    }

    private static final class Node {
        TarEntry entry;
        String content = "";
        Map<String, Node> children;
        final Set<String> own = new HashSet<>();

        boolean isDirectory() {
            return children != null;
        }

        /** Did this layer add anything below? */
        boolean hasAdded() {
            return !own.isEmpty()
                    || (isDirectory() && children.values().stream().anyMatch(Node::hasAdded));
        }
    }

    ModelTree(boolean owners) {
        this.owners = owners;
    }

    private static Node directory(TarEntry entry) {
        Node node = new Node();
        node.children = new TreeMap<>();
        node.entry = entry;
        return node;
    }

    /**
     * Applies a layer.
     *
     * @param marksFirst whether what it removes is removed before anything is added, or at the end
     */
    void apply(List<Entries.Item> items, boolean marksFirst) throws Meaningless {
        forget(root);
        added.clear();
        MarkNames marks = marks(items);
        if (marksFirst) {
            remove(marks, true);
        }
        for (Entries.Item item : items) {
            List<String> path = PathNames.clean(item.entry().name());
            if (path.isEmpty()) {
                root.entry = item.entry();
            } else if (!path.getLast().startsWith(".wh.")) {
                add(path, item);
            }
        }
        if (!marksFirst) {
            remove(marks, false);
        }
        nothingUndone();
    }

    private static MarkNames marks(List<Entries.Item> items) {
        MarkNames marks = new MarkNames();
        for (Entries.Item item : items) {
            List<String> path = PathNames.clean(item.entry().name());
            if (!path.isEmpty()) {
                marks.takes(path, item.entry());
            }
        }
        return marks;
    }

    /** In either order: a layer that means something means the same. */
    private void remove(MarkNames marks, boolean whiteoutsFirst) {
        if (whiteoutsFirst) {
            marks.whiteouts().forEach(this::whiteOut);
        }
        marks.opaque().forEach(this::empty);
        marks.whiteouts().forEach(this::whiteOut);
    }

    private void empty(String path) {
        Node node = find(PathNames.split(path));
        if (node != null && node.isDirectory()) {
            List.copyOf(node.children.keySet()).forEach(name -> remove(node, name));
        }
    }

    private void whiteOut(String path) {
        Node parent = find(PathNames.split(PathNames.parent(path)));
        if (parent != null && parent.isDirectory()) {
            remove(parent, PathNames.leaf(path));
        }
    }

    /** A layer that replaces what it has itself added means something else to each tool. */
    private void nothingUndone() throws Meaningless {
        Set<Node> there = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Node> left = new ArrayDeque<>(List.of(root));
        while (!left.isEmpty()) {
            Node node = left.pop();
            there.add(node);
            if (node.isDirectory()) {
                left.addAll(node.children.values());
            }
        }
        if (!there.containsAll(added)) {
            throw new Meaningless("undone");
        }
    }

    private static void forget(Node node) {
        node.own.clear();
        if (node.isDirectory()) {
            node.children.values().forEach(ModelTree::forget);
        }
    }

    /** Of what is removed, what this layer adds stays. */
    private static void remove(Node parent, String name) {
        Node node = parent.children.get(name);
        if (node == null) {
            return;
        }
        boolean own = parent.own.contains(name);
        if (!own && !node.hasAdded()) {
            parent.children.remove(name);
        } else if (node.isDirectory()) {
            node.entry = own ? node.entry : null;
            List.copyOf(node.children.keySet()).forEach(child -> remove(node, child));
        }
    }

    private void add(List<String> path, Entries.Item item) throws Meaningless {
        TarEntry entry = item.entry();
        String leaf = path.removeLast();
        Node parent = walk(path, true);
        Node old = parent.children.get(leaf);
        if (entry.type() == Type.DIRECTORY && old != null && old.isDirectory()) {
            old.entry = entry;
            parent.own.add(leaf);
            return;
        }
        if (old != null && old.isDirectory() && (parent.own.contains(leaf) || old.hasAdded())) {
            throw new Meaningless("undone");
        }
        Node node = entry.type() == Type.HARD_LINK ? target(entry) : made(item);
        parent.own.add(leaf);
        added.add(node);
        parent.children.put(leaf, node);
    }

    private static Node made(Entries.Item item) {
        Node node = new Node();
        node.entry = item.entry();
        if (item.entry().type() == Type.DIRECTORY) {
            node.children = new TreeMap<>();
        }
        node.content =
                item.entry().type() == Type.SYMBOLIC_LINK
                        ? item.entry().link()
                        : new String(item.content(), ISO_8859_1);
        return node;
    }

    private Node target(TarEntry entry) throws Meaningless {
        List<String> path = PathNames.clean(entry.link());
        String leaf = path.isEmpty() ? "" : path.removeLast();
        Node found = walk(path, false).children.get(leaf);
        if (found == null || found.isDirectory()) {
            throw new Meaningless("no file " + entry.link());
        }
        return found;
    }

    private Node find(List<String> path) {
        try {
            return walk(path, false);
        } catch (Meaningless nothing) {
            return null;
        }
    }

    private Node walk(List<String> path, boolean making) throws Meaningless {
        Deque<String> rest = PathNames.queue(path);
        List<Node> at = new ArrayList<>(List.of(root));
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.pop();
            if (name.equals("..")) {
                if (at.size() > 1) {
                    at.removeLast();
                }
                continue;
            }
            Node next = at.getLast().children.get(name);
            if (next == null && making) {
                next = directory(null);
                at.getLast().own.add(name);
                added.add(next);
                at.getLast().children.put(name, next);
            }
            if (next == null) {
                throw new Meaningless("nothing at " + name);
            }
            if (next.isDirectory()) {
                at.add(next);
            } else if (next.entry.type() == Type.SYMBOLIC_LINK && ++links <= 40) {
                PathNames.expand(next.content, rest);
                if (next.content.startsWith("/")) {
                    at.subList(1, at.size()).clear();
                }
            } else {
                throw new Meaningless("no directory " + name);
            }
        }
        return at.getLast();
    }

    /** Where a path leads when the links above its last name are followed. */
    String where(List<String> path) {
        List<String> at = new ArrayList<>();
        Deque<String> rest = PathNames.queue(path);
        for (int links = 0; !rest.isEmpty(); ) {
            String name = rest.pop();
            Node next = child(at, name);
            boolean link =
                    next != null
                            && !next.isDirectory()
                            && !rest.isEmpty()
                            && next.entry.type() == Type.SYMBOLIC_LINK
                            && ++links <= 40;
            if (link) {
                PathNames.expand(next.content, rest);
                at = next.content.startsWith("/") ? new ArrayList<>() : at;
            } else if (!name.equals("..")) {
                at.add(name);
            } else if (!at.isEmpty()) {
                at.removeLast();
            }
        }
        return PathNames.join(at);
    }

    private Node child(List<String> path, String name) {
        Node at = root;
        for (String component : path) {
            at = at != null && at.isDirectory() ? at.children.get(component) : null;
        }
        return at != null && at.isDirectory() ? at.children.get(name) : null;
    }

    /** What it shows, as a mounted image does. */
    Map<String, Shown> show() {
        Map<String, Shown> all = new TreeMap<>();
        show("", root, all);
        return Workbench.groups(all);
    }

    private void show(String path, Node node, Map<String, Shown> all) {
        String group = node.isDirectory() ? path : Integer.toString(System.identityHashCode(node));
        all.put(path, shown(node, group));
        if (node.isDirectory()) {
            node.children.forEach((name, child) -> show(PathNames.child(path, name), child, all));
        }
    }

    private Shown shown(Node node, String group) {
        TarEntry entry = node.entry;
        if (entry == null) {
            return new Shown("40755 " + (owners ? "0:0" : USER), "", 0, Map.of(), group);
        }
        int type =
                switch (entry.type()) {
                    case FILE, HARD_LINK -> 0100000;
                    case DIRECTORY -> 040000;
                    case SYMBOLIC_LINK -> 0120000;
                    case CHARACTER_DEVICE -> 020000;
                    case BLOCK_DEVICE -> 060000;
                    case FIFO -> 010000;
                };
        int mode = entry.type() == Type.SYMBOLIC_LINK ? 0777 : entry.mode();
        String owner = owners ? entry.uid() + ":" + entry.gid() : USER;
        Map<String, String> xattrs = new TreeMap<>();
        entry.xattrs().forEach((name, value) -> xattrs.put(name, new String(value, ISO_8859_1)));
        return new Shown(
                Integer.toOctalString(type | mode) + " " + owner,
                Objects.requireNonNull(node.content),
                entry.seconds() * 1_000_000_000 + entry.nanos(),
                xattrs,
                group);
    }

    /** A copy that shares nothing. */
    ModelTree copy(List<List<Entries.Item>> layers) throws Meaningless {
        ModelTree copy = new ModelTree(owners);
        for (List<Entries.Item> layer : layers) {
            copy.apply(layer, false);
        }
        return copy;
    }
}
