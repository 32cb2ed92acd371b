package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.sys.Errno;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tree of a fix-up layer. It is made when something is first put into it. */
final class FixupTree implements AutoCloseable {
    private final FileCalls calls;
    private final UnpackOptions options;
    private final DirectoryTree tree;
    private final LayerFiles files;
    private final UnionTree union;
    private final Map<TreeDirectory, Source> sources = new HashMap<>();
    private final Set<String> whiteouts = new LinkedHashSet<>();
    private final Set<String> hidden = new HashSet<>();
    private final Set<String> exposed = new HashSet<>();
    private final int top;
    private boolean needed;

    /** The directory of a layer that one here is to be like. */
    record Source(int layer, String path) {}

    /**
     * @param union what says how directories are that lead to what is put here
     * @param top the number of the layer that is mended
     */
    FixupTree(FileCalls calls, int target, UnpackOptions options, UnionTree union, int top) {
        this.top = top;
        this.calls = calls;
        this.options = options;
        this.union = union;
        this.tree = new DirectoryTree(calls, target, Integer.MAX_VALUE);
        this.files = new LayerFiles(calls, options);
    }

    /** Is there something of that name, be it a whiteout? */
    private boolean has(String path) {
        return stat(path).exists();
    }

    /** Is there a file or a link of that name? */
    boolean holds(String path) {
        FileStat stat = stat(path);
        return stat.exists() && !stat.isDirectory() && !stat.isWhiteout();
    }

    private FileStat stat(String path) {
        DirectoryTree.Place place = tree.find(PathNames.split(PathNames.parent(path)));
        return place.isFound()
                ? calls.stat(tree.fd(place.directory()), PathNames.leaf(path))
                : FileStat.failed(-Errno.ENOENT);
    }

    /** A directory as the union has it, and all those above it. */
    TreeDirectory directory(String path) {
        begin();
        String at = "";
        TreeDirectory directory = tree.root();
        for (String name : PathNames.split(path)) {
            at = PathNames.child(at, name);
            directory = child(directory, name, at);
        }
        return directory;
    }

    /** A directory like one of a layer. */
    TreeDirectory directory(String path, Source source) {
        TreeDirectory directory = directory(path);
        sources.put(directory, source);
        return directory;
    }

    private TreeDirectory child(TreeDirectory parent, String name, String path) {
        TreeDirectory child = parent.child(name);
        if (child == null) {
            child = tree.makeReplacing(parent, name);
            // What was hidden stays hidden behind a directory that comes later.
            boolean wasFile = hidden.remove(path);
            boolean wasRemoved = whiteouts.remove(path);
            child.opaque = wasFile || wasRemoved;
            if (!wasRemoved) {
                describeAsUnion(child, path);
            }
        }
        return child;
    }

    private void describeAsUnion(TreeDirectory directory, String path) {
        if (union.find(path) instanceof UnionTree.Directory found) {
            sources.put(directory, new Source(found.described(), path));
        }
    }

    private void begin() {
        if (!needed) {
            needed = true;
            new Attributes(calls, options).prepare(tree.root().fd);
            describeAsUnion(tree.root(), "");
        }
    }

    /** Hides what lower layers have under a name; what has been put here stays. */
    void whiteOut(String path) {
        TreeDirectory parent = directory(PathNames.parent(path));
        String name = PathNames.leaf(path);
        TreeDirectory kept = parent.child(name);
        if (kept != null) {
            kept.opaque = true;
            sources.computeIfPresent(kept, (_, source) -> source.layer() == top ? source : null);
        } else if (exposed.contains(path) || !has(path)) {
            tree.clear(parent, name);
            int result = calls.mknodat(tree.fd(parent), name, FileStat.CHARACTER, 0, 0);
            check("make whiteout", path, result);
            whiteouts.add(path);
        }
    }

    /**
     * Shows what a lower layer has where the layer above has only an implied directory, unless
     * something has moved there.
     */
    void expose(int layer, FileStat stat, String path) {
        if (!has(path)) {
            show(layer, path, stat, path);
            exposed.add(path);
        }
    }

    /** Shows a file of a layer under a name, in the place of what was put there before. */
    void show(int layer, String from, FileStat stat, String to) {
        TreeDirectory parent = directory(PathNames.parent(to));
        tree.clear(parent, PathNames.leaf(to));
        whiteouts.remove(to);
        hidden.add(to);
        exposed.remove(to);
        int source = union.open(layer, PathNames.parent(from), Linux.O_PATH);
        check("open directory of a layer", from, source);
        try {
            files.share(source, PathNames.leaf(from), stat, tree.fd(parent), PathNames.leaf(to));
        } finally {
            calls.close(source);
        }
    }

    /** Gives a file that is here another name. */
    void link(String from, String to) {
        TreeDirectory parent = directory(PathNames.parent(to));
        tree.clear(parent, PathNames.leaf(to));
        whiteouts.remove(to);
        hidden.add(to);
        exposed.remove(to);
        TreeDirectory source = directory(PathNames.parent(from));
        int result = tree.link(source, PathNames.leaf(from), parent, PathNames.leaf(to));
        check("make hard link", to, result);
    }

    /** Are two directories of layers alike? */
    boolean alike(Source one, Source other) {
        FileStat a = union.stat(one.layer(), one.path());
        FileStat b = union.stat(other.layer(), other.path());
        return a.permissions() == b.permissions()
                && a.uid() == b.uid()
                && a.gid() == b.gid()
                && a.seconds() == b.seconds()
                && a.nanos() == b.nanos()
                && equal(attributes(one), attributes(other));
    }

    private static boolean equal(Map<String, byte[]> one, Map<String, byte[]> other) {
        return one.keySet().equals(other.keySet())
                && one.keySet().stream()
                        .allMatch(name -> Arrays.equals(one.get(name), other.get(name)));
    }

    /** Of a directory by its parent, which needs no leave to open it; of a root by itself. */
    private Map<String, byte[]> attributes(Source source) {
        boolean root = source.path().isEmpty();
        int fd =
                union.open(
                        source.layer(), root ? "" : PathNames.parent(source.path()), Linux.O_PATH);
        check("open directory of a layer", source.path(), fd);
        try {
            return files.attributes(fd, root ? "." : PathNames.leaf(source.path()));
        } finally {
            calls.close(fd);
        }
    }

    /** Describes its directories, deepest first. Null if nothing was put into it. */
    @Nullable LayerNotes finish() {
        if (!needed) {
            return null;
        }
        List<String> opaque = new ArrayList<>();
        Deque<TreeDirectory> order = new ArrayDeque<>();
        Deque<TreeDirectory> left = new ArrayDeque<>(List.of(tree.root()));
        while (!left.isEmpty()) {
            TreeDirectory directory = left.pop();
            order.push(directory);
            directory.children().forEach(left::push);
        }
        for (TreeDirectory directory : order) {
            describe(directory);
            if (directory.opaque) {
                opaque.add(directory.path());
            }
        }
        return notes(opaque, order.size());
    }

    private void describe(TreeDirectory directory) {
        int fd = tree.fd(directory);
        if (directory.opaque) {
            int result = calls.fsetxattr(fd, options.powers().opaque(), new byte[] {'y'});
            check("hide lower layers in", directory.path(), result);
        }
        Source source = sources.get(directory);
        if (source == null) {
            new Attributes(calls, options).describeImplied(fd, directory.path());
        } else {
            FileStat stat = union.stat(source.layer(), source.path());
            files.describe(fd, ".", stat, attributes(source));
        }
    }

    private LayerNotes notes(List<String> opaque, long directories) {
        return new LayerNotes(
                true,
                List.of(),
                List.of(),
                opaque,
                List.copyOf(whiteouts),
                List.of(),
                0,
                0,
                directories - 1,
                0,
                0,
                Map.of());
    }

    private static void check(String step, String path, int result) {
        if (result < 0) {
            throw Failures.call(step, path, result);
        }
    }

    @Override
    public void close() {
        tree.close();
    }
}
