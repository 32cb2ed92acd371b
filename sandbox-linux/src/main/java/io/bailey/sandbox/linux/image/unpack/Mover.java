package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.sys.FileStat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Moves what a layer has in an implied directory to where a link of a lower layer leads that is
 * there instead: of an archive that says {@code lib/x}, over layers where {@code lib} is a link to
 * {@code usr/lib}, {@code usr/lib/x}.
 */
final class Mover {
    private final UnionTree union;
    private final FixupTree fixup;
    private final Set<String> implied;
    private final Set<String> hollow;
    private final Set<String> opaque;
    private final int top;
    private final Deque<Move> left = new ArrayDeque<>();

    /** A directory of the layer, and the directory whose content its content becomes. */
    private record Move(String from, String to) {}

    Mover(UnionTree union, FixupTree fixup, LayerNotes notes, int top) {
        this.union = union;
        this.fixup = fixup;
        this.implied = new HashSet<>(notes.implied());
        this.hollow = new HashSet<>(notes.hollow());
        this.opaque = new HashSet<>(notes.opaque());
        this.top = top;
    }

    /** Moves what is in an implied directory, and shows the link in its place. */
    void move(String path, UnionTree.Leaf link) {
        Optional<String> target = union.resolve(path);
        boolean isHollow = hollow.contains(path);
        if (target.isEmpty() || union.find(target.get()) instanceof UnionTree.Leaf) {
            // It leads to no directory. The layer's own is there instead, if there is anything in
            // it.
            if (isHollow) {
                fixup.expose(link.layer(), link.stat(), path);
            }
            return;
        }
        fixup.expose(link.layer(), link.stat(), path);
        if (!isHollow || union.find(target.get()) instanceof UnionTree.Directory) {
            left.push(new Move(path, target.get()));
        }
        while (!left.isEmpty()) {
            content(left.pop());
        }
    }

    private void content(Move move) {
        if (!hollow.contains(move.from())) {
            fixup.directory(move.to());
        }
        if (opaque.contains(move.from())) {
            hide(move.to());
        }
        for (String name : union.names(top, move.from())) {
            String from = PathNames.child(move.from(), name);
            String to = PathNames.child(move.to(), name);
            FileStat stat = union.stat(top, from);
            if (stat.isWhiteout()) {
                remove(to);
            } else if (stat.isDirectory()) {
                directory(from, to);
            } else {
                fixup.show(top, from, stat, to);
            }
        }
    }

    private void directory(String from, String to) {
        boolean asBelow = implied.contains(from) || hollow.contains(from);
        UnionTree.Found found = union.find(to);
        if (asBelow && found instanceof UnionTree.Leaf leaf) {
            Optional<String> target = leaf.stat().isLink() ? union.resolve(to) : Optional.empty();
            if (target.isPresent() && !(union.find(target.get()) instanceof UnionTree.Leaf)) {
                left.push(new Move(from, target.get()));
                return;
            }
        }
        boolean there = found instanceof UnionTree.Directory;
        if (hollow.contains(from) && !there) {
            return;
        }
        if (!asBelow) {
            fixup.directory(to, new FixupTree.Source(top, from));
        }
        left.push(new Move(from, to));
    }

    /** Hides what lower layers have under a name, but not what this one has there itself. */
    private void remove(String path) {
        if (!whiteOut(path) && isMerged(path)) {
            hide(path);
        }
    }

    /** Hides what lower layers have in a directory, but not what this one has there itself. */
    private void hide(String root) {
        Deque<String> merged = new ArrayDeque<>(List.of(root));
        while (!merged.isEmpty()) {
            String directory = merged.pop();
            for (String name : union.names(directory)) {
                String path = PathNames.child(directory, name);
                if (!whiteOut(path) && isMerged(path)) {
                    merged.push(path);
                    if (implied.contains(path)) {
                        fixup.directory(path, new FixupTree.Source(top, path));
                    }
                }
            }
        }
    }

    private boolean isMerged(String path) {
        return union.find(path) instanceof UnionTree.Directory found && found.layers().size() > 1;
    }

    /** Hides what lower layers have; answers whether it is theirs alone. */
    private boolean whiteOut(String path) {
        boolean lower =
                switch (union.find(path)) {
                    case UnionTree.Missing _ -> false;
                    case UnionTree.Leaf leaf -> leaf.layer() != top;
                    case UnionTree.Directory directory -> !directory.layers().contains(top);
                };
        if (lower) {
            fixup.whiteOut(path);
        }
        return lower;
    }
}
