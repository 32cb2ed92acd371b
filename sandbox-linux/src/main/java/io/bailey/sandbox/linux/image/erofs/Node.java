package io.bailey.sandbox.linux.image.erofs;

/**
 * A file of the merged tree, whatever its names are. There may be millions: it holds no more than
 * it must.
 */
abstract sealed class Node permits Directory, RegularFile, SymbolicLink, Special {
    private Attributes attributes;
    private int links;
    private int slot;

    Node(Attributes attributes) {
        this.attributes = attributes;
    }

    final Attributes attributes() {
        return attributes;
    }

    final void replace(Attributes better) {
        attributes = better;
    }

    /** The bits of st_mode that say what it is. */
    abstract int format();

    /** How many names it has; a directory's as Unix counts them. Known when it is laid out. */
    final int links() {
        return links;
    }

    final void links(int count) {
        links = count;
    }

    /** Its number in the image, in units of 32 bytes. 0: not laid out. */
    final int slot() {
        return slot;
    }

    final void slot(int number) {
        slot = number;
    }
}
