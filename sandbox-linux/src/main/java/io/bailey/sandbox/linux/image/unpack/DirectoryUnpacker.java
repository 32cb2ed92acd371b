package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.FileCalls;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Makes a layer a directory tree in overlay form, from its entries alone. What only the layers
 * below can tell is noted, for {@link Fixups} to mend.
 */
public final class DirectoryUnpacker {
    private final LayerEntries entries;
    private final UnpackOptions options;
    private final FileCalls calls;
    private final Attributes attributes;
    private final DirectoryTree tree;
    private final SmallFiles small;
    private final EntryMaker maker;
    private final MarkNames names = new MarkNames();
    private final Marks marks;

    private long count;
    private String lastParent = "/";
    private long lastChanges = -1;
    private @Nullable TreeDirectory lastDirectory;

    private DirectoryUnpacker(
            LayerEntries entries,
            DirectoryTree tree,
            SmallFiles small,
            UnpackOptions options,
            FileCalls calls) {
        this.entries = entries;
        this.options = options;
        this.calls = calls;
        this.attributes = new Attributes(calls, options);
        this.tree = tree;
        this.small = small;
        this.maker = new EntryMaker(calls, tree, attributes, small, options);
        this.marks = new Marks(names, calls, tree);
    }

    /**
     * Unpacks a layer. On failure the tree is left half-made: it is the caller's to remove.
     *
     * @param entries the layer
     * @param target a descriptor of an empty directory that nobody else uses; it becomes the root
     *     of the layer
     * @return what the tree does not say
     */
    public static LayerNotes unpack(LayerEntries entries, int target, UnpackOptions options) {
        try (FileCalls calls = FileCalls.open()) {
            return unpack(entries, target, options, calls);
        }
    }

    static LayerNotes unpack(
            LayerEntries entries, int target, UnpackOptions options, FileCalls calls) {
        try (DirectoryTree tree = new DirectoryTree(calls, target, options.limits().depth());
                SmallFiles small = new SmallFiles(calls)) {
            return new DirectoryUnpacker(entries, tree, small, options, calls).run();
        }
    }

    private LayerNotes run() {
        attributes.prepare(tree.root().fd);
        for (TarEntry entry = entries.next(); entry != null; entry = entries.next()) {
            if (++count > options.limits().entries()) {
                throw Failures.limit(entry, "there are more than " + (count - 1) + " entries");
            }
            take(entry);
        }
        small.finish();
        marks.make();
        return finish();
    }

    private void take(TarEntry entry) {
        String name = entry.name();
        int end = name.endsWith("/") ? name.length() - 1 : name.length();
        int slash = name.lastIndexOf('/', end - 1);
        String leaf = name.substring(slash + 1, end);
        TreeDirectory parent = known(name, slash, leaf);
        if (parent == null) {
            takeSlowly(entry);
        } else {
            maker.make(parent, leaf, entry, entries);
        }
    }

    /** Most entries lie in the directory that the last one lay in. */
    private @Nullable TreeDirectory known(String name, int slash, String leaf) {
        boolean plain =
                !leaf.isEmpty()
                        && !leaf.equals(".")
                        && !leaf.equals("..")
                        && !name.contains(".wh.")
                        && slash == lastParent.length()
                        && lastChanges == tree.changes();
        return plain && name.startsWith(lastParent) ? lastDirectory : null;
    }

    private void takeSlowly(TarEntry entry) {
        List<String> components = PathNames.clean(entry.name());
        if (components.isEmpty()) {
            takeRoot(entry);
            return;
        }
        if (components.size() > options.limits().depth() + 1) {
            throw Failures.tooDeep(entry.name(), options.limits().depth());
        }
        if (names.takes(components, entry)) {
            return;
        }
        String leaf = components.removeLast();
        TreeDirectory parent = tree.implied(components, false);
        maker.make(parent, leaf, entry, entries);
        int slash = entry.name().lastIndexOf('/', entry.name().length() - 2);
        lastParent = entry.name().substring(0, Math.max(0, slash));
        lastChanges = isPlain(entry.name(), slash, leaf) ? tree.changes() : -1;
        lastDirectory = parent;
    }

    /** Is what stands before the last slash the parent? Not of "a/b/.." or "a/b/.". */
    private static boolean isPlain(String name, int slash, String leaf) {
        return slash > 0 && name.startsWith(leaf, slash + 1);
    }

    private void takeRoot(TarEntry entry) {
        if (entry.type() != TarEntry.Type.DIRECTORY) {
            throw Failures.malformed(entry, "the root of a layer must be a directory");
        }
        tree.root().entry = entry;
    }

    /** Describes the directories, deepest first: until then what is made in them changes them. */
    private LayerNotes finish() {
        NoteTaker notes = new NoteTaker();
        Deque<TreeDirectory> order = new ArrayDeque<>();
        Deque<TreeDirectory> left = new ArrayDeque<>(List.of(tree.root()));
        while (!left.isEmpty()) {
            TreeDirectory directory = left.pop();
            order.push(directory);
            directory.children().forEach(left::push);
        }
        for (TreeDirectory directory : order) {
            notes.take(directory);
            describe(directory);
        }
        return notes.write(count, tree.made(), maker, marks.made(), attributes.leftOut());
    }

    private void describe(TreeDirectory directory) {
        int fd = tree.fd(directory);
        if (directory.opaque && directory.parent != null) {
            int result = calls.fsetxattr(fd, options.powers().opaque(), new byte[] {'y'});
            if (result < 0) {
                throw Failures.call("hide lower layers in", directory.path(), result);
            }
        }
        TarEntry entry = directory.entry;
        if (entry != null) {
            attributes.describe(fd, entry, false);
        } else {
            attributes.describeImplied(fd, directory.path());
        }
    }
}
