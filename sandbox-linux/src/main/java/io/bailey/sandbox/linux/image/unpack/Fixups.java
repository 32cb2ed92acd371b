package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.sys.FileCalls;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes what a layer needs to mean in its chain what its archive means: a small layer to be laid
 * directly above it. The layer itself is shared by all chains that have it and stays as it is.
 *
 * <ul>
 *   <li>An implied directory is like that of the layers below.
 *   <li>Where they have a link to a directory, the link stays, and what lies in the implied
 *       directory moves to where the link leads.
 *   <li>A hard link to a file of theirs becomes one, of that very file.
 *   <li>A whiteout of nothing is not seen: overlay lists those of a directory that only one layer
 *       has, but not of one that several have, so the fix-up has it too.
 * </ul>
 */
public final class Fixups {
    private final LayerNotes notes;
    private final int top;
    private final UnionTree union;
    private final UnionTree below;
    private final FixupTree fixup;
    private final Mover mover;

    private Fixups(LayerNotes notes, UnionTree union, UnionTree below, FixupTree fixup, int top) {
        this.notes = notes;
        this.top = top;
        this.union = union;
        this.below = below;
        this.fixup = fixup;
        this.mover = new Mover(union, fixup, notes, top);
    }

    /**
     * Makes the fix-up of the last of some layers.
     *
     * @param lowerToUpper all layers of the chain, each with its fix-up, if any, directly behind
     *     it; last the layer to be mended
     * @param target a descriptor of an empty directory that nobody else uses, on the file system of
     *     the layers
     */
    public static FixupResult build(
            List<LayerTree> lowerToUpper, int target, UnpackOptions options) {
        List<LayerTree> lower = lowerToUpper.subList(0, lowerToUpper.size() - 1);
        LayerNotes notes = lowerToUpper.getLast().notes();
        try (FileCalls calls = FileCalls.open()) {
            UnionTree union = UnionTree.mending(calls, lowerToUpper);
            UnionTree below = UnionTree.of(calls, lower);
            try (FixupTree fixup = new FixupTree(calls, target, options, union, lower.size())) {
                new Fixups(notes, union, below, fixup, lower.size()).run();
                return new FixupResult(Optional.ofNullable(fixup.finish()));
            }
        }
    }

    private void run() {
        describeRoot();
        TreeSet<String> implied = new TreeSet<>(notes.implied());
        implied.addAll(notes.hollow());
        implied.forEach(this::mend);
        links();
        ghosts();
        if (notes.opaque().contains("") && top > 0) {
            hideRoot();
        }
    }

    private void describeRoot() {
        if (union.find("") instanceof UnionTree.Directory root
                && root.described() != top
                && !fixup.alike(source(root.described(), ""), source(top, ""))) {
            fixup.directory("");
        }
    }

    private static FixupTree.Source source(int layer, String path) {
        return new FixupTree.Source(layer, path);
    }

    /** An implied directory; what lies below one that moved has moved with it. */
    private void mend(String path) {
        if (!(union.find(PathNames.parent(path)) instanceof UnionTree.Directory)) {
            return;
        }
        switch (union.find(path)) {
            case UnionTree.Missing _ -> fixup.whiteOut(path);
            case UnionTree.Leaf leaf -> {
                if (leaf.stat().isLink()) {
                    mover.move(path, leaf);
                } else {
                    fixup.expose(leaf.layer(), leaf.stat(), path);
                }
            }
            case UnionTree.Directory directory -> {
                int described = directory.described();
                if (described != top && !fixup.alike(source(described, path), source(top, path))) {
                    fixup.directory(path);
                }
            }
        }
    }

    private void links() {
        // From the file that is meant to where it is in the fix-up: all its names are one file.
        Map<String, String> built = new LinkedHashMap<>();
        Set<String> replaced = new HashSet<>();
        notes.links().forEach(link -> replaced.add(canonical(link.path(), link)));
        for (LayerNotes.Link link : notes.links()) {
            String path = canonical(link.path(), link);
            String target = canonical(link.target(), link);
            String known = built.get(target);
            if (known == null) {
                known = target(target, path, link, replaced);
                built.put(target, known);
            }
            if (!known.equals(path)) {
                fixup.link(known, path);
            }
            built.put(path, path);
        }
    }

    /** Brings the target into the fix-up, under its own name if that is still its. */
    private String target(String target, String path, LayerNotes.Link link, Set<String> replaced) {
        if (fixup.holds(target)) {
            return target;
        }
        if (!target.equals(link.target())
                && union.find(target) instanceof UnionTree.Leaf own
                && own.layer() == top) {
            // Of this very layer, which names it by way of a link that only lower layers have.
            fixup.show(top, target, own.stat(), path);
            return path;
        }
        if (!(below.find(target) instanceof UnionTree.Leaf file)) {
            // It may be there and come after its link in the archive, which nobody takes.
            throw Failures.malformed(
                    link.path(),
                    "it is a hard link to " + RawNames.show(link.target()) + ", which is no file");
        }
        boolean visible =
                union.find(target) instanceof UnionTree.Leaf shown
                        && shown.layer() == file.layer()
                        && !isReplaced(target, replaced);
        String name = visible ? target : path;
        fixup.show(file.layer(), target, file.stat(), name);
        return name;
    }

    /** Does a link take its name, or that of a directory above it? */
    private static boolean isReplaced(String path, Set<String> replaced) {
        String at = path;
        while (!at.isEmpty() && !replaced.contains(at)) {
            at = PathNames.parent(at);
        }
        return !at.isEmpty();
    }

    /** Where a name is, when links above it are followed, but not itself. */
    private String canonical(String path, LayerNotes.Link link) {
        String parent =
                union.resolve(PathNames.parent(path))
                        .orElseThrow(
                                () -> Failures.malformed(link.path(), "its path goes nowhere"));
        return PathNames.child(parent, PathNames.leaf(path));
    }

    private void ghosts() {
        TreeSet<String> parents = new TreeSet<>();
        notes.whiteouts().forEach(path -> parents.add(PathNames.parent(path)));
        for (String parent : parents) {
            if (union.find(parent) instanceof UnionTree.Directory directory
                    && directory.layers().size() == 1
                    && directory.layers().getFirst() == top) {
                fixup.directory(parent);
            }
        }
    }

    private void hideRoot() {
        for (String name : below.names("")) {
            if (union.find(name) instanceof UnionTree.Missing) {
                fixup.whiteOut(name);
            }
        }
    }
}
