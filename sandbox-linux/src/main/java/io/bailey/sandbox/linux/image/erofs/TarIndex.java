package io.bailey.sandbox.linux.image.erofs;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.TarScanner;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * The index of an image: one small EROFS image with the files of all its layers, whose content
 * stays in the layers' archives.
 */
public final class TarIndex {
    private TarIndex() {}

    /**
     * Writes the index of the archives {@code layerTars}, the lowest first, to the file {@code
     * index}. Does not sync. With a failure what there is of it is useless.
     *
     * @throws ImageException of kind MALFORMED_LAYER, LIMIT_EXCEEDED, NO_SPACE or STORE
     */
    public static void write(List<Path> layerTars, Path index, ImageLimits limits) {
        try (OpenLayers layers = new OpenLayers();
                FileChannel to = FileChannel.open(index, CREATE, WRITE)) {
            Builder builder = new Builder(limits);
            for (int layer = 0; layer < layerTars.size(); layer++) {
                Path tar = layerTars.get(layer);
                merge(builder, layer, tar, new TarScanner(layers.open(tar), limits));
            }
            builder.writeTo(to, layers);
        } catch (IOException e) {
            throw failed(index, e);
        }
    }

    private static void merge(Builder builder, int layer, Path tar, TarScanner entries) {
        try {
            builder.apply(layer, entries);
        } catch (ImageException e) {
            throw e.during("index layer", tar.toString());
        }
    }

    private static ImageException failed(Path index, IOException e) {
        String why = String.valueOf(e.getMessage());
        // The JDK has the errno's text and no type of its own for it.
        boolean full = why.contains("No space left") || why.contains("quota");
        return new ImageException(
                full ? Kind.NO_SPACE : Kind.STORE,
                "write index",
                index.toString(),
                why,
                full ? "prune the store, or free some space" : "",
                e);
    }

    /** Collects the entries of the layers, while their archives are written perhaps. */
    public static final class Builder {
        private final MergedTree tree;

        /** For an image that keeps {@code limits}. */
        public Builder(ImageLimits limits) {
            this.tree = new MergedTree(limits);
        }

        /**
         * Puts a layer upon those before.
         *
         * @param layer its number: 0, 1, 2 and so on; also of its device when mounted
         * @throws io.bailey.sandbox.image.ImageException of kind MALFORMED_LAYER or LIMIT_EXCEEDED
         */
        public void apply(int layer, LayerEntries entries) {
            tree.apply(layer, entries);
        }

        /**
         * Writes the index at the start of {@code index}. Equal layers give equal bytes. Does not
         * sync.
         *
         * @param layers for what cannot be found in an archive by blocks: odd parts of sparse files
         */
        public void writeTo(FileChannel index, LayerBytes layers) throws IOException {
            new ErofsWriter(tree, layers).writeTo(index);
        }
    }
}
