package io.bailey.sandbox.linux.image.erofs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long an index is, and how long the archives must be that it points into. The kernel does not
 * look: beyond the end of a file that a power failure has cut off it reads what it pleases.
 *
 * @param bytes the index
 * @param archives the least of each, the lowest first
 */
public record IndexExtent(long bytes, List<Long> archives) {
    private static final int BLOCKS = Erofs.SUPER_OFFSET + 36;
    private static final int DEVICES = Erofs.SUPER_OFFSET + 86;
    private static final int SLOTS = Erofs.SUPER_OFFSET + Erofs.SUPER_BYTES;
    private static final int SLOT_BLOCKS = 64;

    /** Copies. */
    public IndexExtent {
        archives = List.copyOf(archives);
    }

    /** Reads what an index says; empty if it is not as long as that, or says nothing. */
    public static Optional<IndexExtent> read(Path index) throws IOException {
        try (FileChannel file = FileChannel.open(index)) {
            ByteBuffer head = head(file, SLOTS);
            if (head.limit() < SLOTS || head.getInt(Erofs.SUPER_OFFSET) != Erofs.MAGIC) {
                return Optional.empty();
            }
            long bytes = Integer.toUnsignedLong(head.getInt(BLOCKS)) * Erofs.BLOCK;
            int devices = Short.toUnsignedInt(head.getShort(DEVICES));
            ByteBuffer table = head(file, Superblock.bytes(devices));
            return file.size() == bytes && table.limit() == table.capacity()
                    ? Optional.of(new IndexExtent(bytes, archives(table, devices)))
                    : Optional.empty();
        }
    }

    private static List<Long> archives(ByteBuffer table, int devices) {
        List<Long> archives = new ArrayList<>();
        for (int i = 0; i < devices; i++) {
            int blocks = table.getInt(SLOTS + i * Erofs.DEVICE_SLOT_BYTES + SLOT_BLOCKS);
            archives.add(Integer.toUnsignedLong(blocks) * Erofs.BLOCK);
        }
        return archives;
    }

    private static ByteBuffer head(FileChannel file, int bytes) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (head.hasRemaining() && file.read(head, head.position()) > 0) {
            // Until it is full, or the file at its end.
        }
        return head.flip();
    }
}
