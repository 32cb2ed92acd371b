package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What layers show together, as overlay would: whiteouts and opaque directories hide, directories
 * merge. Paths are byte strings relative to the root, free of links unless {@link #resolve} is
 * asked.
 *
 * <p>With a <em>topmost layer that is to be mended</em>, its implied directories count as what
 * lower layers have there: that may be a link.
 */
final class UnionTree {
    private static final int NO_LINKS = FileCalls.RESOLVE_NO_SYMLINKS | FileCalls.RESOLVE_BENEATH;
    private static final int DIRECTORY = Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

    private final FileCalls calls;
    private final List<LayerTree> layers;
    private final List<Set<String>> opaque = new ArrayList<>();
    private final Set<String> implied = new HashSet<>();
    private final Set<String> hollow = new HashSet<>();
    private final Map<String, Found> known = new HashMap<>();
    private final boolean mending;

    /** What a path shows. */
    sealed interface Found {}

    /** Nothing. */
    record Missing() implements Found {}

    /**
     * No directory.
     *
     * @param layer the number of the layer that it is in
     */
    record Leaf(int layer, FileStat stat) implements Found {}

    /**
     * A directory.
     *
     * @param layers the numbers of the layers whose content shows in it, topmost first
     * @param described the number of the layer that says what it is like
     */
    record Directory(List<Integer> layers, int described) implements Found {}

    private static final Missing MISSING = new Missing();

    private UnionTree(FileCalls calls, List<LayerTree> layers, boolean mending) {
        this.calls = calls;
        this.layers = layers;
        this.mending = mending;
        layers.forEach(layer -> opaque.add(new HashSet<>(layer.notes().opaque())));
        if (mending) {
            implied.addAll(layers.getLast().notes().implied());
            hollow.addAll(layers.getLast().notes().hollow());
        }
        known.put("", root());
    }

    /** Layers as they are, lowest first. */
    static UnionTree of(FileCalls calls, List<LayerTree> layers) {
        return new UnionTree(calls, layers, false);
    }

    /** Layers, lowest first, of which the last is to be mended. */
    static UnionTree mending(FileCalls calls, List<LayerTree> layers) {
        return new UnionTree(calls, layers, true);
    }

    private Directory root() {
        List<Integer> all = new ArrayList<>();
        for (int i = layers.size() - 1; i >= 0; i--) {
            all.add(i);
        }
        int top = layers.size() - 1;
        boolean told = !mending || top == 0 || layers.getLast().notes().root();
        // Only the notes know of an opaque root: overlay would ignore the mark.
        boolean cut = mending && opaque.getLast().contains("");
        return new Directory(cut ? List.of(top) : all, told ? top : top - 1);
    }

    /** What a path shows, without following any link. */
    Found find(String path) {
        Found found = known.get(path);
        if (found == null) {
            found = look(path);
            known.put(path, found);
        }
        return found;
    }

    private Found look(String path) {
        // From the root on, so that deep paths need no deep stack.
        String parent = "";
        for (String name : PathNames.split(PathNames.parent(path))) {
            parent = PathNames.child(parent, name);
            find(parent);
        }
        return find(parent) instanceof Directory directory
                ? look(directory.layers(), path)
                : MISSING;
    }

    private Found look(List<Integer> above, String path) {
        List<Integer> merged = new ArrayList<>();
        int described = -1;
        boolean cut = false;
        for (int layer : above) {
            FileStat stat = stat(layer, path);
            if (!stat.exists()) {
                continue;
            }
            if (stat.isWhiteout()) {
                break;
            }
            boolean asBelow = isAsBelow(layer, path);
            if (!stat.isDirectory()) {
                if (merged.isEmpty() || (described < 0 && showsThrough(stat, path))) {
                    return new Leaf(layer, stat);
                }
                break;
            }
            if (!cut) {
                merged.add(layer);
            }
            described = described < 0 && !asBelow ? layer : described;
            cut |= opaque.get(layer).contains(path);
            if (cut && !asBelow) {
                break;
            }
        }
        if (merged.isEmpty() || (described < 0 && hollow.contains(path))) {
            return MISSING;
        }
        return new Directory(merged, described < 0 ? merged.getFirst() : described);
    }

    /** Is it a directory of which the layers below say what it is? */
    private boolean isAsBelow(int layer, String path) {
        return layer == layers.size() - 1 && (implied.contains(path) || hollow.contains(path));
    }

    /** Does what lies below an implied directory show, and not the directory? */
    private boolean showsThrough(FileStat stat, String path) {
        return stat.isLink() || hollow.contains(path);
    }

    /** What the names in a directory are. */
    Set<String> names(String path) {
        Set<String> shown = new TreeSet<>();
        if (find(path) instanceof Directory directory) {
            for (int layer : directory.layers()) {
                shown.addAll(names(layer, path));
            }
            shown.removeIf(name -> find(PathNames.child(path, name)) instanceof Missing);
        }
        return shown;
    }

    /** The names in a directory of one layer, whiteouts too. */
    List<String> names(int layer, String path) {
        int fd = open(layer, path, 0);
        try {
            List<DirectoryEntry> entries = new ArrayList<>();
            int result;
            do {
                result = calls.getdents(fd, entries);
            } while (result > 0);
            if (result < 0) {
                throw Failures.call("list directory", path, result);
            }
            return entries.stream().map(DirectoryEntry::name).toList();
        } finally {
            calls.close(fd);
        }
    }

    /** What one layer has at a path whose parent is a directory of it, if at all. */
    FileStat stat(int layer, String path) {
        if (path.isEmpty()) {
            return calls.fstat(layers.get(layer).tree());
        }
        int parent = open(layer, PathNames.parent(path), Linux.O_PATH);
        if (parent < 0) {
            return FileStat.failed(parent);
        }
        try {
            FileStat stat = calls.stat(parent, PathNames.leaf(path));
            if (!stat.exists() && stat.result() != -Errno.ENOENT) {
                throw Failures.call("look at", path, stat.result());
            }
            return stat;
        } finally {
            calls.close(parent);
        }
    }

    /** Opens a directory of one layer; −ENOENT if it has none. The caller closes it. */
    int open(int layer, String path, int flags) {
        int tree = layers.get(layer).tree();
        int fd = calls.openat2(tree, path.isEmpty() ? "." : path, flags | DIRECTORY, 0, NO_LINKS);
        if (fd < 0 && fd != -Errno.ENOENT && fd != -Errno.ENOTDIR) {
            throw Failures.call("open directory of a layer", path, fd);
        }
        return fd < 0 ? -Errno.ENOENT : fd;
    }

    /**
     * Where a path leads when links in it are followed within the root, the last one too; what is
     * missing at its end stays as it is. Empty if it goes round in circles, or through what is no
     * directory.
     */
    Optional<String> resolve(String path) {
        String at = "";
        Deque<String> rest = PathNames.queue(PathNames.split(path));
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.pop();
            String next = name.equals("..") ? PathNames.parent(at) : PathNames.child(at, name);
            String link = name.equals("..") ? null : link(next);
            if (link == null) {
                at = next;
                if (find(at) instanceof Leaf && !rest.isEmpty()) {
                    return Optional.empty();
                }
            } else if (++links > DirectoryTree.MOST_LINKS) {
                return Optional.empty();
            } else {
                at = link.startsWith("/") ? "" : at;
                PathNames.expand(link, rest);
            }
        }
        return Optional.of(at);
    }

    private @Nullable String link(String path) {
        return find(path) instanceof Leaf leaf && leaf.stat().isLink()
                ? readLink(leaf.layer(), path)
                : null;
    }

    /** What a link in one layer says. */
    String readLink(int layer, String path) {
        int parent = open(layer, PathNames.parent(path), Linux.O_PATH);
        try {
            int length = calls.readlinkat(parent, PathNames.leaf(path));
            if (length < 0) {
                throw Failures.call("read link", path, length);
            }
            return calls.text(length);
        } finally {
            calls.close(parent);
        }
    }
}
