package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.nio.ByteBuffer;
import java.util.List;

/** Writes where the chunks of a file are: struct erofs_inode_chunk_index. */
final class ChunkList implements Chunking.Visitor {
    private final int layer;
    private final ImageOutput out;
    private long block;

    /**
     * @param block of the image, where chunks begin that are copied
     */
    ChunkList(int layer, long block, ImageOutput out) {
        this.layer = layer;
        this.block = block;
        this.out = out;
    }

    @Override
    public void hole() {
        write(0, Erofs.NULL_ADDRESS);
    }

    @Override
    public void mapped(long offset) {
        long address = offset >>> Erofs.BLOCK_BITS;
        if (address >= Integer.toUnsignedLong(Erofs.NULL_ADDRESS)) {
            throw new ImageException(
                    Kind.LIMIT_EXCEEDED,
                    "write index",
                    "layer " + layer,
                    "its archive is over 2 TiB",
                    "use LayerBackend.DIRECTORIES");
        }
        // Devices count from 1; 0 is the image itself.
        write(layer + 1, (int) address);
    }

    @Override
    public void copied(long start, long end, List<Stretch> stretches, int first) {
        write(0, (int) block);
        block += Erofs.blocks(end - start);
    }

    private void write(int device, int address) {
        ByteBuffer room = out.room(Erofs.CHUNK_INDEX_BYTES);
        room.putShort((short) 0).putShort((short) device).putInt(address);
    }
}
