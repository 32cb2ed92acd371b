package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;

import java.util.Collection;
import java.util.Set;

/**
 * What must stay: what an image needs, or a sandbox or a pull that lives.
 *
 * @param blobs documents and compressed layers, by their own digest
 * @param layers unpacked layers, by diff id
 * @param chains stacks of layers, by chain id
 */
public record Roots(Set<Digest> blobs, Set<Digest> layers, Set<Digest> chains) {
    public static final Roots NONE = new Roots(Set.of(), Set.of(), Set.of());

    /** Copies. */
    public Roots {
        blobs = Set.copyOf(blobs);
        layers = Set.copyOf(layers);
        chains = Set.copyOf(chains);
    }

    /** The same from any collections. */
    public static Roots of(
            Collection<Digest> blobs, Collection<Digest> layers, Collection<Digest> chains) {
        return new Roots(Set.copyOf(blobs), Set.copyOf(layers), Set.copyOf(chains));
    }

    /** Those of one kind. */
    Set<Digest> of(Kind kind) {
        return switch (kind) {
            case BLOB -> blobs;
            case LAYER -> layers;
            case CHAIN -> chains;
        };
    }
}
