package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A growing set of objects that must stay. */
final class Marks {
    private final Map<Kind, Set<Digest>> marked = new EnumMap<>(Kind.class);

    void add(Kind kind, Digest digest) {
        marked.computeIfAbsent(kind, key -> new HashSet<>()).add(digest);
    }

    void add(Roots roots) {
        for (Kind kind : Kind.values()) {
            roots.of(kind).forEach(digest -> add(kind, digest));
        }
    }

    boolean has(Kind kind, Digest digest) {
        return of(kind).contains(digest);
    }

    Roots roots() {
        return new Roots(of(Kind.BLOB), of(Kind.LAYER), of(Kind.CHAIN));
    }

    private Set<Digest> of(Kind kind) {
        return marked.getOrDefault(kind, Set.of());
    }
}
