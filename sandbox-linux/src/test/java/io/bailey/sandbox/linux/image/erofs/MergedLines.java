package io.bailey.sandbox.linux.image.erofs;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A merged tree as {@link SeenTree} would see it, but for the content of its files. */
final class MergedLines {
    private final SortedMap<String, String> lines = new TreeMap<>();
    private final Map<Node, String> first = new IdentityHashMap<>();
    private final Map<Node, Integer> links = new IdentityHashMap<>();

    private MergedLines() {}

    static SortedMap<String, String> of(MergedTree tree) {
        MergedLines all = new MergedLines();
        all.count(tree.root());
        all.add("", tree.root());
        return all.lines;
    }

    /** What takes the content out of a line. */
    static SortedMap<String, String> withoutContent(SortedMap<String, String> lines) {
        lines.replaceAll((_, line) ->
                // 10 and four digits: a regular file, as "10…" with five is a FIFO.
                line.matches("10[0-7]{4} .*") ? line.replaceFirst("\\[[0-9a-f ]*\\]", "[]") : line);
        return lines;
    }

    private void count(Directory directory) {
        links.merge(directory, 2, Integer::sum);
        directory
                .children()
                .values()
                .forEach(child -> {
                    if (child instanceof Directory below) {
                        links.merge(directory, 1, Integer::sum);
                        count(below);
                    } else {
                        links.merge(child, 1, Integer::sum);
                    }
                });
    }

    private void add(String path, Node node) {
        first.putIfAbsent(node, path);
        Attributes a = node.attributes();
        Map<String, byte[]> xattrs = new TreeMap<>();
        a.xattrs().forEach(xattr -> xattrs.put(xattr.name(), xattr.value()));
        lines.put(
                path,
                SeenTree.line(
                        node.format() | a.permissions(),
                        links.get(node),
                        Integer.toUnsignedLong(a.uid()),
                        Integer.toUnsignedLong(a.gid()),
                        a.seconds(),
                        a.nanos(),
                        content(node),
                        xattrs,
                        first.get(node)));
        if (node instanceof Directory directory) {
            directory
                    .children()
                    .forEach(
                            (name, child) -> add(path.isEmpty() ? name : path + "/" + name, child));
        }
    }

    private static String content(Node node) {
        return switch (node) {
            case SymbolicLink link -> link.target();
            case Special special when special.format() != Special.S_IFIFO ->
                    ((special.device() >>> 8) & 0xFFF)
                            + ":"
                            + ((special.device() & 0xFF) | ((special.device() >>> 12) & ~0xFF));
            default -> "";
        };
    }
}
