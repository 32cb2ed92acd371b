package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Several stores that are looked through in order: first the read-only ones, then one's own, which
 * alone is written to.
 */
public final class Stores implements AutoCloseable {
    private final List<Store> inOrder;
    private final Store own;

    /**
     * What was found, and where: only that store can lease it.
     *
     * @param store the store
     * @param path the file or directory in it
     */
    public record Found(Store store, Path path) {}

    /** All of them are closed with this. */
    public Stores(List<Store> readOnly, Store own) {
        List<Store> all = new ArrayList<>(readOnly);
        all.add(own);
        this.inOrder = List.copyOf(all);
        this.own = own;
    }

    /** The one to write to. */
    public Store own() {
        return own;
    }

    /** All, in the order they are looked through. */
    public List<Store> inOrder() {
        return inOrder;
    }

    /** As {@link Store#blob(Digest)}. */
    public Optional<Found> blob(Digest digest) {
        return first(store -> store.blob(digest));
    }

    /** As {@link Store#blob(Digest, long)}. */
    public Optional<Found> blob(Digest digest, long size) {
        return first(store -> store.blob(digest, size));
    }

    /** As {@link Store#layer}. */
    public Optional<Found> layer(Digest diffId) {
        return first(store -> store.layer(diffId));
    }

    /** As {@link Store#chain}. */
    public Optional<Found> chain(Digest chainId) {
        return first(store -> store.chain(chainId));
    }

    private Optional<Found> first(Function<Store, Optional<Path>> look) {
        return inOrder.stream()
                .flatMap(store -> look.apply(store).map(path -> new Found(store, path)).stream())
                .findFirst();
    }

    /** As {@link Store#readBlob}, from the first store in which it is intact. */
    public byte[] readBlob(Digest digest, long max) {
        for (Store store : inOrder) {
            if (store != own && store.blob(digest).isPresent()) {
                try {
                    return store.readBlob(digest, max);
                } catch (ImageException damaged) {
                    if (damaged.kind() != ImageException.Kind.NOT_FOUND) {
                        throw damaged;
                    }
                }
            }
        }
        return own.readBlob(digest, max);
    }

    /** The document of a name in the first store that has it. */
    public Optional<byte[]> image(String name) {
        return inOrder.stream().flatMap(store -> store.image(name).stream()).findFirst();
    }

    /** The documents of all names; of a name that several have, the first. */
    public List<byte[]> images() {
        Map<String, byte[]> all = new TreeMap<>();
        for (Store store : inOrder) {
            store.imagesByFile().forEach(all::putIfAbsent);
        }
        return List.copyOf(all.values());
    }

    @Override
    public void close() {
        inOrder.forEach(Store::close);
    }
}
