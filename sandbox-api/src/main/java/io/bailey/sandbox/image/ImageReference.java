package io.bailey.sandbox.image;

import java.util.Optional;

/**
 * The name of an image: {@code [registry/]repository[:tag][@digest]}, with the grammar and the
 * normalization of {@code distribution/reference}. Without a registry it is {@code docker.io}, and
 * there a name of one part is {@code library/}…; without tag and digest the tag is {@code latest}.
 * With both, the digest says which image it is.
 *
 * @param registry the registry, {@code host[:port]}
 * @param repository the path in it
 * @param tag the tag
 * @param digest the digest of the manifest or index
 * @since 0.1
 */
public record ImageReference(
        String registry, String repository, Optional<String> tag, Optional<Digest> digest) {

    /**
     * Creates a normalized reference, the one that {@link #parse} makes of its {@link #toString()}.
     *
     * @throws ImageException of kind {@link ImageException.Kind#INVALID_REFERENCE} if a part breaks
     *     the grammar, there is neither tag nor digest, or the registry would not be taken for one:
     *     it has neither dot nor port nor capitals and is not {@code localhost}
     */
    public ImageReference {
        registry = ReferenceGrammar.registry(registry);
        repository = ReferenceGrammar.repository(registry, repository);
        ReferenceGrammar.check(registry, repository, tag, digest);
    }

    /**
     * Reads a reference as people write it.
     *
     * @param text such as {@code alpine}, {@code ghcr.io/a/b:1.2} or {@code
     *     localhost:5000/x@sha256:…}
     * @return the normalized reference
     * @throws ImageException of kind {@link ImageException.Kind#INVALID_REFERENCE} if it breaks the
     *     grammar
     */
    public static ImageReference parse(String text) {
        return ReferenceGrammar.parse(text);
    }

    /**
     * Returns the registry and the repository.
     *
     * @return such as {@code docker.io/library/alpine}
     */
    public String name() {
        return registry + "/" + repository;
    }

    /**
     * Returns the same image by its digest.
     *
     * @param pin the digest
     * @return this reference with that digest
     */
    public ImageReference withDigest(Digest pin) {
        return new ImageReference(registry, repository, tag, Optional.of(pin));
    }

    /** Returns the normalized form in full, such as {@code docker.io/library/alpine:latest}. */
    @Override
    public String toString() {
        return name() + tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
    }
}
