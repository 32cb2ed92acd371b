package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Makes the whiteouts of a layer when all else is there, wherever in the archive they stand: they
 * remove what lower layers have, never what this one adds.
 */
final class Marks {
    private final FileCalls calls;
    private final DirectoryTree tree;
    private final MarkNames names;
    private final TreeSet<String> made = new TreeSet<>();

    Marks(MarkNames names, FileCalls calls, DirectoryTree tree) {
        this.names = names;
        this.calls = calls;
        this.tree = tree;
    }

    /** The whiteouts that were made. */
    List<String> made() {
        return List.copyOf(made);
    }

    /** Makes them, parents before what lies in them. */
    void make() {
        names.opaque().forEach(this::hide);
        names.whiteouts().forEach(this::whiteOut);
        prune();
    }

    /**
     * Takes back marks where nothing can be hidden any more, because a mark above them came later.
     * Overlay would list them.
     */
    private void prune() {
        List<TreeDirectory> hollow = new ArrayList<>();
        Deque<TreeDirectory> left = new ArrayDeque<>(List.of(tree.root()));
        while (!left.isEmpty()) {
            TreeDirectory directory = left.pop();
            if (directory.hollow && directory.parent != null && directory.parent.isCutOff()) {
                hollow.add(directory);
            } else {
                directory.children().forEach(left::push);
            }
        }
        hollow.forEach(this::clear);
        made.removeIf(this::isTakenBack);
    }

    private boolean isTakenBack(String path) {
        TreeDirectory parent = tree.find(PathNames.split(PathNames.parent(path))).directory();
        if (parent.isCutOff()) {
            tree.clear(parent, PathNames.leaf(path));
        }
        return parent.isCutOff();
    }

    private void hide(String path) {
        List<String> components = PathNames.split(path);
        TreeDirectory directory = directory(components);
        if (directory == null) {
            return;
        }
        directory.opaque = true;
        if (directory == tree.root()) {
            // Overlay never hides what lies below the root of a layer: each directory in it must.
            directory.children().forEach(Marks::replace);
        }
    }

    private static void replace(TreeDirectory directory) {
        directory.opaque = true;
        directory.replaced = true;
    }

    private void whiteOut(String path) {
        List<String> components = PathNames.split(path);
        String name = components.removeLast();
        TreeDirectory parent = directory(components);
        if (parent == null) {
            return;
        }
        TreeDirectory child = parent.child(name);
        if (child != null && child.hollow) {
            unmark(parent, child);
        } else if (child != null) {
            replace(child);
        } else if (!parent.hasLink(name) && !parent.isCutOff()) {
            remove(parent, name);
        }
    }

    /** A directory that was made for marks alone, over links, is no addition that would stay. */
    private void unmark(TreeDirectory parent, TreeDirectory hollow) {
        clear(hollow);
        if (!parent.isCutOff()) {
            remove(parent, hollow.name);
        }
    }

    private void clear(TreeDirectory hollow) {
        String path = hollow.path();
        made.subSet(path + "/", path + "0").clear();
        tree.clear(Objects.requireNonNull(hollow.parent), hollow.name);
    }

    private void remove(TreeDirectory parent, String name) {
        // A whiteout of overlay, which every user may make: mknod(2), Linux 5.8.
        int result = calls.mknodat(tree.fd(parent), name, FileStat.CHARACTER, 0, 0);
        if (result == 0) {
            made.add(parent.path(name));
        } else if (result != -Errno.EEXIST) {
            throw Failures.call("make whiteout", parent.path(name), result);
        }
    }

    /**
     * The directory that a mark is about, made if only lower layers have it. Null where there can
     * be none to hide anything of: below a file, or where it would be hidden at once.
     */
    private @Nullable TreeDirectory directory(List<String> components) {
        DirectoryTree.Place place = tree.find(components);
        if (place.isFound()) {
            return place.directory();
        }
        if (place.blocked() || place.directory().isCutOff()) {
            return null;
        }
        return tree.implied(components, true);
    }
}
