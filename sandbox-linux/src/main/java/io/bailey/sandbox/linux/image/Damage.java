package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.image.store.Store;

import java.util.HashSet;
import java.util.Set;

/** What of an image is to be made anew. */
record Damage(Set<Digest> layers, Set<Digest> chains) {
    static Damage none() {
        return new Damage(new HashSet<>(), new HashSet<>());
    }

    boolean isNone() {
        return layers.isEmpty() && chains.isEmpty();
    }

    /** Puts it away: it counts as absent. */
    void discard(Store store) {
        layers.forEach(store::discardLayer);
        chains.forEach(store::discardChain);
    }
}
