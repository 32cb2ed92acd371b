package io.bailey.sandbox.linux.image.erofs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The content of a directory: blocks that each begin with their entries (struct erofs_dirent) and
 * go on with the names of those. All are in the order of the names' bytes, "." and ".." too.
 */
final class DirectoryBlocks {
    private static final int FT_REG_FILE = 1;
    private static final int FT_DIR = 2;
    private static final int FT_CHRDEV = 3;
    private static final int FT_BLKDEV = 4;
    private static final int FT_FIFO = 5;
    private static final int FT_SYMLINK = 7;

    private final List<Map.Entry<String, Node>> entries;

    DirectoryBlocks(Directory directory) {
        this.entries = entries(directory);
    }

    private static List<Map.Entry<String, Node>> entries(Directory directory) {
        var children = directory.children();
        List<Map.Entry<String, Node>> all = new ArrayList<>(children.size() + 2);
        all.addAll(children.headMap(".").entrySet());
        all.add(Map.entry(".", directory));
        all.addAll(children.subMap(".", "..").entrySet());
        all.add(Map.entry("..", directory.parent()));
        all.addAll(children.tailMap("..").entrySet());
        return all;
    }

    /** The size of a directory. */
    static long bytes(Directory directory) {
        return new DirectoryBlocks(directory).bytes();
    }

    private long bytes() {
        long full = 0;
        int from = 0;
        while (true) {
            int to = end(from);
            if (to == entries.size()) {
                return full + used(from, to);
            }
            full += Erofs.BLOCK;
            from = to;
        }
    }

    /** Behind the last entry that has room in the block that begins with {@code from}. */
    private int end(int from) {
        int used = 0;
        for (int i = from; i < entries.size(); i++) {
            used += Erofs.DIRENT_BYTES + entries.get(i).getKey().length();
            if (used > Erofs.BLOCK) {
                return i;
            }
        }
        return entries.size();
    }

    private int used(int from, int to) {
        int used = 0;
        for (int i = from; i < to; i++) {
            used += Erofs.DIRENT_BYTES + entries.get(i).getKey().length();
        }
        return used;
    }

    /**
     * Writes the first {@code count} blocks. The last entry's name ends with the block or a NUL.
     */
    void writeBlocks(long count, ImageOutput to) {
        int from = 0;
        for (long block = 0; block < count; block++) {
            int end = end(from);
            ByteBuffer room = to.room(Erofs.BLOCK);
            int next = room.position() + Erofs.BLOCK;
            write(from, end, room);
            ImageOutput.zeroTo(next, room);
            from = end;
        }
    }

    /** Writes what is behind the first {@code count} blocks. */
    void writeRest(long count, ByteBuffer to) {
        int from = 0;
        for (long block = 0; block < count; block++) {
            from = end(from);
        }
        write(from, entries.size(), to);
    }

    private void write(int from, int to, ByteBuffer into) {
        int offset = (to - from) * Erofs.DIRENT_BYTES;
        for (int i = from; i < to; i++) {
            Node node = entries.get(i).getValue();
            into.putLong(Integer.toUnsignedLong(node.slot())).putShort((short) offset);
            into.put((byte) type(node)).put((byte) 0);
            offset += entries.get(i).getKey().length();
        }
        for (int i = from; i < to; i++) {
            into.put(entries.get(i).getKey().getBytes(ISO_8859_1));
        }
    }

    private static int type(Node node) {
        return switch (node) {
            case RegularFile _ -> FT_REG_FILE;
            case Directory _ -> FT_DIR;
            case SymbolicLink _ -> FT_SYMLINK;
            case Special special ->
                    switch (special.format()) {
                        case Special.S_IFCHR -> FT_CHRDEV;
                        case Special.S_IFBLK -> FT_BLKDEV;
                        default -> FT_FIFO;
                    };
        };
    }
}
