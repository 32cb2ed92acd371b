package io.bailey.sandbox.linux.image.erofs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;

/** Writes a tree as an EROFS image whose files point into the archives of the layers. */
final class ErofsWriter {
    private static final int PIECE = 1 << 16;

    private final MergedTree tree;
    private final LayerBytes layers;
    private final long[] devices;

    ErofsWriter(MergedTree tree, LayerBytes layers) {
        this.tree = tree;
        this.layers = layers;
        this.devices = new long[tree.layers()];
    }

    void writeTo(FileChannel index) throws IOException {
        Layout layout = new Layout(tree);
        try {
            write(layout, index);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            layout.undo();
        }
    }

    private void write(Layout layout, FileChannel index) throws IOException {
        ImageOutput out = new ImageOutput(index, Superblock.bytes(devices.length));
        writeInodes(layout, out);
        writeBlocks(layout, out);
        byte[] superblock =
                Superblock.of(
                        tree.root().slot(),
                        layout.nodes().size(),
                        layout.blocksEnd() >>> Erofs.BLOCK_BITS,
                        devices);
        Superblock.seal(superblock, out.digest(superblock));
        ImageOutput.write(index, 0, ByteBuffer.wrap(superblock));
        index.truncate(layout.blocksEnd());
    }

    private void writeInodes(Layout layout, ImageOutput out) {
        long block = layout.inodesEnd() >>> Erofs.BLOCK_BITS;
        int number = 0;
        for (Node node : layout.nodes()) {
            InodeForm form = InodeForm.of(node);
            out.zeroTo(Integer.toUnsignedLong(node.slot()) * Erofs.SLOT);
            InodeRecord.write(node, form, ++number, (int) block, out.room(Erofs.EXTENDED_BYTES));
            XattrBody.write(node.attributes().xattrs(), out.room(form.xattrs()));
            writeInline(node, form, block, out);
            block += form.blocks();
        }
        out.zeroTo(layout.inodesEnd());
    }

    private void writeInline(Node node, InodeForm form, long block, ImageOutput out) {
        if (form.chunking() != null && node instanceof RegularFile file) {
            out.zeroTo(Erofs.roundUp(out.position(), Erofs.CHUNK_INDEX_BYTES));
            form.chunking().visit(file, new ChunkList(file.layer(), block, out));
            file.stretches().forEach(stretch -> use(file.layer(), stretch));
        } else if (form.inline() > 0) {
            ByteBuffer room = out.room(Erofs.BLOCK);
            switch (node) {
                case Directory directory ->
                        new DirectoryBlocks(directory).writeRest(form.blocks(), room);
                case SymbolicLink link -> room.put(link.target().getBytes(ISO_8859_1));
                case RegularFile _, Special _ -> {}
            }
        }
    }

    /** To its very end: {@link IndexExtent} tells by it whether an archive was cut off. */
    private void use(int layer, Stretch stretch) {
        long end = stretch.stored() + stretch.end() - stretch.start();
        devices[layer] = Math.max(devices[layer], Erofs.blocks(end));
    }

    private void writeBlocks(Layout layout, ImageOutput out) {
        for (Node node : layout.nodes()) {
            InodeForm form = InodeForm.of(node);
            long end = out.position() + form.blocks() * Erofs.BLOCK;
            if (form.blocks() > 0) {
                writeContent(node, form, out);
            }
            out.zeroTo(end);
        }
    }

    private void writeContent(Node node, InodeForm form, ImageOutput out) {
        switch (node) {
            case Directory directory -> writeDirectory(directory, form, out);
            case SymbolicLink link -> out.room(PIECE).put(link.target().getBytes(ISO_8859_1));
            case RegularFile file -> {
                if (form.chunking() != null) {
                    form.chunking().visit(file, new Copier(file.layer(), out));
                }
            }
            case Special _ -> {}
        }
    }

    private static void writeDirectory(Directory directory, InodeForm form, ImageOutput out) {
        DirectoryBlocks blocks = new DirectoryBlocks(directory);
        boolean ragged = form.layout() == Erofs.FLAT_PLAIN && form.size() % Erofs.BLOCK != 0;
        long whole = form.blocks() - (ragged ? 1 : 0);
        blocks.writeBlocks(whole, out);
        if (ragged) {
            blocks.writeRest(whole, out.room(Erofs.BLOCK));
        }
    }

    /** Puts the chunks together that cannot be mapped. */
    private final class Copier implements Chunking.Visitor {
        private final int layer;
        private final ImageOutput out;

        Copier(int layer, ImageOutput out) {
            this.layer = layer;
            this.out = out;
        }

        @Override
        public void hole() {}

        @Override
        public void mapped(long offset) {}

        @Override
        public void copied(long start, long end, List<Stretch> stretches, int first) {
            long base = out.position() - start;
            for (int i = first; i < stretches.size() && stretches.get(i).start() < end; i++) {
                Stretch stretch = stretches.get(i);
                long from = Math.max(start, stretch.start());
                out.zeroTo(base + from);
                copy(
                        stretch.stored() + from - stretch.start(),
                        Math.min(end, stretch.end()) - from);
            }
            out.zeroTo(Erofs.roundUp(base + end, Erofs.BLOCK));
        }

        private void copy(long offset, long length) {
            for (long done = 0; done < length; ) {
                int piece = (int) Math.min(PIECE, length - done);
                ByteBuffer room = out.room(piece);
                ByteBuffer into = room.slice(room.position(), piece);
                try {
                    layers.read(layer, offset + done, into);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                room.position(room.position() + piece);
                done += piece;
            }
        }
    }
}
