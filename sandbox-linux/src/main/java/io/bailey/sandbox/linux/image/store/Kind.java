package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The kinds of objects, and where each lies below the root. */
enum Kind {
    /** A file: a document or a layer as it is shipped. */
    BLOB("blob"),
    /** A directory: one layer, unpacked. */
    LAYER("layer"),
    /** A directory: what a stack of layers has besides them. */
    CHAIN("chain");

    private final String label;

    Kind(String label) {
        this.label = label;
    }

    /** The word for it in leases and in the trash. */
    String label() {
        return label;
    }

    static Optional<Kind> of(String label) {
        return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
    }

    /** The directories that hold such objects. */
    List<String> directories() {
        return switch (this) {
            case BLOB ->
                    Arrays.stream(Digest.Algorithm.values())
                            .map(algorithm -> "blobs/" + algorithm.label())
                            .toList();
            case LAYER -> List.of("layers");
            case CHAIN -> List.of("chains");
        };
    }

    /** The directory that holds this object. */
    String directory(Digest digest) {
        return switch (this) {
            case BLOB -> "blobs/" + digest.algorithm().label();
            case LAYER -> "layers";
            case CHAIN -> "chains";
        };
    }

    /** The object. */
    String path(Digest digest) {
        String name = this == BLOB ? digest.hex() : Names.of(digest);
        return directory(digest) + "/" + name;
    }

    /** The digest of the object that {@code directory} holds under this name, if it is one. */
    Optional<Digest> digest(String directory, String name) {
        return this == BLOB
                ? Names.digest(directory.substring("blobs/".length()), name)
                : Names.digest(name);
    }
}
