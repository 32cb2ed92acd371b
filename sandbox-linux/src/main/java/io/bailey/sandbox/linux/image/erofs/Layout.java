package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Where everything of an image goes: the inodes, each directory's files behind it, and then, in the
 * same order, the blocks of those that have some.
 */
final class Layout {
    /** Lists of chunks and copies of odd parts: sparse files may claim any size. */
    private static final long MOST_FOR_SPARSE = 1L << 30;

    private final List<Node> nodes = new ArrayList<>();
    private final long inodesEnd;
    private final long blocksEnd;
    private long forSparse;

    Layout(MergedTree tree) {
        list(tree.root());
        long at = Superblock.bytes(tree.layers());
        long blocks = 0;
        for (Node node : nodes) {
            InodeForm form = InodeForm.of(node);
            at = form.place(at);
            node.slot(slot(at));
            at += form.bytes();
            blocks += form.blocks();
            count(form);
        }
        inodesEnd = Erofs.roundUp(at, Erofs.BLOCK);
        blocksEnd = inodesEnd + blocks * Erofs.BLOCK;
        if (blocksEnd >>> Erofs.BLOCK_BITS >= Integer.toUnsignedLong(Erofs.NULL_ADDRESS)) {
            throw tooLarge("an index of " + blocksEnd + " bytes");
        }
    }

    private void list(Directory root) {
        Deque<Directory> ahead = new ArrayDeque<>();
        ahead.push(root);
        while (!ahead.isEmpty()) {
            Directory directory = ahead.pop();
            nodes.add(directory);
            directory.links(2);
            for (Node child : directory.children().descendingMap().values()) {
                if (child instanceof Directory below) {
                    ahead.push(below);
                    directory.links(directory.links() + 1);
                }
            }
            directory.children().values().forEach(this::listFile);
        }
    }

    private void listFile(Node child) {
        if (child instanceof Directory) {
            return;
        }
        if (child.links() == 0) {
            nodes.add(child);
        }
        child.links(child.links() + 1);
    }

    private void count(InodeForm form) {
        forSparse += form.chunking() == null ? 0 : form.chunking().bytes();
        if (forSparse > MOST_FOR_SPARSE) {
            throw tooLarge("sparse files that want an index of over a GiB");
        }
    }

    private static int slot(long position) {
        long slot = position / Erofs.SLOT;
        if (slot > Integer.MAX_VALUE) {
            throw tooLarge("too many files");
        }
        return (int) slot;
    }

    private static ImageException tooLarge(String why) {
        return new ImageException(
                Kind.LIMIT_EXCEEDED, "write index", "", why, "use LayerBackend.DIRECTORIES");
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Where the blocks begin. */
    long inodesEnd() {
        return inodesEnd;
    }

    /** Where all ends. */
    long blocksEnd() {
        return blocksEnd;
    }

    /** Lets the tree be laid out anew. */
    void undo() {
        for (Node node : nodes) {
            node.links(0);
            node.slot(0);
        }
    }
}
