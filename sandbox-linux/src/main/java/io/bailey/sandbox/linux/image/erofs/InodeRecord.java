package io.bailey.sandbox.linux.image.erofs;

import java.nio.ByteBuffer;

/** An inode: struct erofs_inode_compact, or struct erofs_inode_extended. */
final class InodeRecord {
    private static final int RESERVED = 16;

    private InodeRecord() {}

    /** {@code block}: where its content begins that is elsewhere in the image. */
    static void write(Node node, InodeForm form, int number, int block, ByteBuffer to) {
        boolean extended = form.header() == Erofs.EXTENDED_BYTES;
        to.putShort((short) ((form.layout() << 1) | (extended ? Erofs.EXTENDED : 0)));
        to.putShort((short) XattrBody.count(form.xattrs()));
        to.putShort((short) (node.format() | node.attributes().permissions()));
        if (extended) {
            extended(node, form, number, union(node, form, block), to);
        } else {
            compact(node, form, number, union(node, form, block), to);
        }
    }

    private static int union(Node node, InodeForm form, int block) {
        if (form.chunking() != null) {
            return form.chunking().bits() | Erofs.CHUNK_INDEXES;
        }
        return switch (node) {
            case Special special -> special.device();
            case Directory _, RegularFile _, SymbolicLink _ -> form.blocks() == 0 ? 0 : block;
        };
    }

    private static void compact(Node node, InodeForm form, int number, int u, ByteBuffer to) {
        Attributes a = node.attributes();
        to.putShort((short) node.links()).putInt((int) form.size()).putInt(0).putInt(u);
        to.putInt(number).putShort((short) a.uid()).putShort((short) a.gid()).putInt(0);
    }

    private static void extended(Node node, InodeForm form, int number, int u, ByteBuffer to) {
        Attributes a = node.attributes();
        to.putShort((short) 0).putLong(form.size()).putInt(u);
        to.putInt(number).putInt(a.uid()).putInt(a.gid());
        to.putLong(a.seconds()).putInt(a.nanos()).putInt(node.links());
        to.put(new byte[RESERVED]);
    }
}
