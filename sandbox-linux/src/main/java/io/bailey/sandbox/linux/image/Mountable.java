package io.bailey.sandbox.linux.image;

import java.nio.file.Path;
import java.util.List;

/** What an image is made of on the disk, for whoever mounts it. */
public sealed interface Mountable {

    /**
     * One EROFS index of all layers.
     *
     * @param index the index
     * @param archives the layers it points into, lowest first
     */
    record Indexed(Path index, List<Path> archives) implements Mountable {
        public Indexed {
            archives = List.copyOf(archives);
        }
    }

    /**
     * Directories in the form of an overlay's layers.
     *
     * @param trees lowest first, at least one
     */
    record Stacked(List<Path> trees) implements Mountable {
        public Stacked {
            trees = List.copyOf(trees);
        }
    }

    /**
     * One directory of all layers: for those who may not mount, and for kernels that cannot.
     *
     * @param tree the root
     */
    record Flat(Path tree) implements Mountable {}
}
