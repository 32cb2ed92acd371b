package io.bailey.sandbox.linux.image.erofs;

import org.jspecify.annotations.Nullable;

/**
 * How an inode is written: what stands behind it, and what in blocks elsewhere.
 *
 * @param layout one of the layouts of {@link Erofs}
 * @param header bytes of the inode itself
 * @param xattrs bytes of its extended attributes, which follow it
 * @param inline bytes that follow those: the end of its content, or the list of its chunks
 * @param blocks of its content elsewhere in the image
 * @param chunking of a file with content, else null
 */
record InodeForm(
        int layout,
        int header,
        int xattrs,
        long inline,
        long blocks,
        long size,
        @Nullable Chunking chunking) {

    private static final int MOST_SHORT = 0xFFFF;

    static InodeForm of(Node node) {
        return switch (node) {
            case Directory directory -> flat(node, DirectoryBlocks.bytes(directory), true);
            case SymbolicLink link -> flat(node, link.target().length(), false);
            case RegularFile file -> file(file);
            case Special _ -> flat(node, 0, false);
        };
    }

    /** {@code tailed}: may the end alone be inline? The kernel wants links whole. */
    private static InodeForm flat(Node node, long size, boolean tailed) {
        int header = header(node, size);
        int xattrs = (int) XattrBody.bytes(node.attributes().xattrs());
        int tail = (int) (size % Erofs.BLOCK);
        boolean whole = size < Erofs.BLOCK;
        // It must not cross a block, wherever the inode is put: they stand at every 32 bytes.
        boolean fits = (header + xattrs) % Erofs.SLOT + tail <= Erofs.BLOCK;
        if (tail == 0 || !fits || !(whole || tailed)) {
            long blocks = Erofs.blocks(size);
            return new InodeForm(Erofs.FLAT_PLAIN, header, xattrs, 0, blocks, size, null);
        }
        long blocks = size / Erofs.BLOCK;
        return new InodeForm(Erofs.FLAT_INLINE, header, xattrs, tail, blocks, size, null);
    }

    private static InodeForm file(RegularFile file) {
        if (file.size() == 0) {
            return flat(file, 0, false);
        }
        int header = header(file, file.size());
        int xattrs = (int) XattrBody.bytes(file.attributes().xattrs());
        Chunking chunking = Chunking.of(file);
        // The list is aligned to its items.
        long gap = Erofs.roundUp(header + xattrs, Erofs.CHUNK_INDEX_BYTES) - header - xattrs;
        long list = gap + Erofs.CHUNK_INDEX_BYTES * chunking.count();
        long blocks = Erofs.blocks(chunking.copied());
        return new InodeForm(
                Erofs.CHUNK_BASED, header, xattrs, list, blocks, file.size(), chunking);
    }

    private static int header(Node node, long size) {
        Attributes a = node.attributes();
        boolean compact =
                isShort(a.uid())
                        && isShort(a.gid())
                        && isShort(node.links())
                        && size >>> Integer.SIZE == 0
                        // It has the time of the image, which is 0.
                        && a.seconds() == 0
                        && a.nanos() == 0;
        return compact ? Erofs.COMPACT_BYTES : Erofs.EXTENDED_BYTES;
    }

    private static boolean isShort(int value) {
        return value >= 0 && value <= MOST_SHORT;
    }

    /** The first place at {@code position} or behind where it may stand. */
    long place(long position) {
        long at = Erofs.roundUp(position, Erofs.SLOT);
        if (layout == Erofs.FLAT_INLINE) {
            while ((at + header + xattrs) % Erofs.BLOCK + inline > Erofs.BLOCK) {
                at += Erofs.SLOT;
            }
        }
        return at;
    }

    /** All that stands together. */
    long bytes() {
        return header + xattrs + inline;
    }
}
