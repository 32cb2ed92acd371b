package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.LayerEntries;

/**
 * The file tree that layers make, one upon the other: as if each were unpacked over those before by
 * one who follows the OCI image specification to the letter. Pure: there is no file system beneath.
 */
final class MergedTree {
    private final Directory root = Directory.root();
    private final Budget budget;
    private int layers;

    MergedTree(ImageLimits limits) {
        this.budget = new Budget(limits);
    }

    Directory root() {
        return root;
    }

    /** How many layers it has. */
    int layers() {
        return layers;
    }

    /** Puts a layer upon it, whose number must be the next. */
    void apply(int layer, LayerEntries entries) {
        if (layer != layers) {
            throw new IllegalArgumentException("layer " + layer + " after " + layers + " others");
        }
        budget.nextLayer(layer);
        new LayerMerge(root, layer, budget).apply(entries);
        layers++;
    }
}
