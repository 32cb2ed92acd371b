package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Compares a tree on disk with the archive that it was made from. */
public final class TreeVerifier {
    private static final int MOST_DIFFERENCES = 1000;

    private final LayerEntries entries;
    private final LayerNotes notes;
    private final UnpackOptions options;
    private final LayerFiles files;
    private final UnionTree disk;
    private final FileCalls calls;
    private final ExpectedTree expected = new ExpectedTree();
    private final Map<ExpectedTree.Node, Long> inodes = new HashMap<>();
    private final List<String> differences = new ArrayList<>();

    private TreeVerifier(
            LayerEntries entries,
            int tree,
            LayerNotes notes,
            UnpackOptions options,
            FileCalls calls) {
        this.entries = entries;
        this.notes = notes;
        this.options = options;
        this.calls = calls;
        this.files = new LayerFiles(calls, options);
        this.disk = UnionTree.of(calls, List.of(new LayerTree(tree, notes)));
    }

    /**
     * Reads a layer again and compares all of its tree with it.
     *
     * @param entries the layer
     * @param tree a descriptor of what {@link DirectoryUnpacker} made of it
     * @param notes what it noted
     * @param options those it was made with
     * @return what differs, in words; empty if nothing does; at most a thousand
     */
    public static List<String> compare(
            LayerEntries entries, int tree, LayerNotes notes, UnpackOptions options) {
        try (FileCalls calls = FileCalls.open()) {
            return new TreeVerifier(entries, tree, notes, options, calls).run();
        }
    }

    private List<String> run() {
        for (TarEntry entry = entries.next(); entry != null; entry = entries.next()) {
            ExpectedTree.Node node = expected.take(entry);
            if (node != null && entry.type() == TarEntry.Type.FILE) {
                node.differences = content(node.path(), entry);
            }
        }
        expected.finish();
        Deque<ExpectedTree.Node> left = new ArrayDeque<>(List.of(expected.root()));
        while (!left.isEmpty() && differences.size() < MOST_DIFFERENCES) {
            ExpectedTree.Node node = left.pop();
            compare(node);
            if (node.directory) {
                nothingElse(node);
                node.children.values().forEach(left::push);
            }
        }
        return differences;
    }

    private List<String> content(String path, TarEntry entry) {
        return new ContentVerifier(calls, disk).compare(path, entry, entries);
    }

    private void compare(ExpectedTree.Node node) {
        String path = node.path();
        FileStat stat = disk.stat(0, path);
        TarEntry entry = node.linked == null ? node.entry : node.linked.entry;
        if (node.whiteout) {
            expect(path, "whiteout", true, stat.isWhiteout());
        } else if (node.elsewhere || isLeftOut(entry)) {
            expect(path, "is there", false, stat.exists());
        } else if (!stat.exists()) {
            differences.add(RawNames.show(path) + " is not there");
        } else {
            node.differences.forEach(difference -> add(path, difference));
            compare(path, node, entry, stat);
        }
    }

    private boolean isLeftOut(@Nullable TarEntry entry) {
        return !options.isPrivileged()
                && entry != null
                && (entry.type() == TarEntry.Type.CHARACTER_DEVICE
                        || entry.type() == TarEntry.Type.BLOCK_DEVICE);
    }

    private void compare(
            String path, ExpectedTree.Node node, @Nullable TarEntry entry, FileStat stat) {
        expect(path, "type", type(entry), stat.type());
        if (stat.type() != FileStat.LINK) {
            int mode = entry == null ? Attributes.IMPLIED_MODE : entry.mode();
            expect(path, "mode", mode, stat.permissions());
        }
        if (options.isPrivileged()) {
            expect(path, "owner", entry == null ? 0L : entry.uid(), stat.uid() & 0xFFFF_FFFFL);
            expect(path, "group", entry == null ? 0L : entry.gid(), stat.gid() & 0xFFFF_FFFFL);
        }
        expect(path, "time", entry == null ? 0L : entry.seconds(), stat.seconds());
        expect(path, "nanoseconds", entry == null ? 0 : entry.nanos(), stat.nanos());
        Long inode = inodes.putIfAbsent(node.linked == null ? node : node.linked, stat.inode());
        expect(path, "inode, of a hard link,", inode == null ? stat.inode() : inode, stat.inode());
        if (entry != null) {
            compareKind(path, entry, stat);
        }
        attributes(path, node, entry == null ? Map.of() : entry.xattrs());
    }

    private static int type(@Nullable TarEntry entry) {
        if (entry == null) {
            return FileStat.DIRECTORY;
        }
        return switch (entry.type()) {
            case FILE, HARD_LINK -> FileStat.REGULAR;
            case DIRECTORY -> FileStat.DIRECTORY;
            case SYMBOLIC_LINK -> FileStat.LINK;
            case CHARACTER_DEVICE -> FileStat.CHARACTER;
            case BLOCK_DEVICE -> FileStat.BLOCK;
            case FIFO -> FileStat.FIFO;
        };
    }

    private void compareKind(String path, TarEntry entry, FileStat stat) {
        switch (entry.type()) {
            case SYMBOLIC_LINK -> {
                if (stat.isLink()) {
                    expect(path, "link", entry.link(), disk.readLink(0, path));
                }
            }
            case CHARACTER_DEVICE, BLOCK_DEVICE -> {
                expect(path, "major", entry.major(), stat.major());
                expect(path, "minor", entry.minor(), stat.minor());
            }
            case FILE -> expect(path, "size", entry.size(), stat.size());
            case DIRECTORY, FIFO, HARD_LINK -> {}
        }
    }

    private void attributes(String path, ExpectedTree.Node node, Map<String, byte[]> wanted) {
        boolean root = path.isEmpty();
        int fd = disk.open(0, PathNames.parent(path), Linux.O_PATH);
        try {
            String name = root ? "." : PathNames.leaf(path);
            Map<String, byte[]> found = new TreeMap<>(files.attributes(fd, name));
            wanted.forEach((attribute, value) -> {
                boolean same = Arrays.equals(value, found.remove(attribute));
                if (Attributes.isTaken(attribute) && !notes.attributes().containsKey(attribute)) {
                    expect(path, "attribute " + attribute + " as it should be", true, same);
                }
            });
            expect(path, "attributes besides", Set.of(), found.keySet());
            boolean opaque = calls.lgetxattr(fd, name, options.powers().opaque()) >= 0;
            expect(path, "opaque", node.opaque && !root, opaque);
        } finally {
            calls.close(fd);
        }
    }

    private void nothingElse(ExpectedTree.Node node) {
        String path = node.path();
        if (disk.stat(0, path).isDirectory()) {
            Set<String> names = new HashSet<>(disk.names(0, path));
            names.removeAll(node.children.keySet());
            names.forEach(
                    name -> add(PathNames.child(path, name), "is there, and not in the layer"));
        }
    }

    private void expect(String path, String what, Object wanted, Object found) {
        if (!wanted.equals(found)) {
            add(path, what + " is " + found + " and should be " + wanted);
        }
    }

    private void add(String path, String difference) {
        differences.add(RawNames.show(path) + ": " + difference);
    }
}
