package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.MediaTypes;

import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Optional;

/** Asks one registry for manifests and indexes. */
final class Manifests {
    /** Debian's registry, for one, has nothing for those who accept nothing. */
    private static final String ACCEPT =
            String.join(
                    ", ",
                    MediaTypes.OCI_INDEX,
                    MediaTypes.OCI_MANIFEST,
                    MediaTypes.DOCKER_LIST,
                    MediaTypes.DOCKER_MANIFEST);

    private final Registries registries;
    private final long limit;

    Manifests(Registries registries, long limit) {
        this.registries = registries;
        this.limit = limit;
    }

    static URI place(Endpoint endpoint, ImageReference reference) {
        return endpoint.manifest(
                reference.repository(),
                reference
                        .digest()
                        .map(Digest::toString)
                        .orElseGet(() -> reference.tag().orElse("")));
    }

    /** Asks without fetching; empty where the registry does not tell enough. */
    Optional<Resolved> head(Endpoint endpoint, ImageReference reference, String step)
            throws Transient, InterruptedException {
        Request request = Request.head(place(endpoint, reference)).with("Accept", ACCEPT);
        try (Answer answer =
                registries.send(endpoint, reference.repository(), request, new Ongoing())) {
            if (answer.status() == 405 || answer.status() == 501) {
                return Optional.empty();
            }
            if (answer.status() != 200) {
                throw Failures.answered(
                        answer, step, registries.advice(endpoint, reference.repository()));
            }
            Optional<Digest> digest =
                    reference.digest().or(() -> digest(answer.header("Docker-Content-Digest")));
            long size = answer.length();
            return digest.filter(_ -> size >= 0)
                    .map(d -> new Resolved(d, answer.header("Content-Type"), size));
        }
    }

    ManifestBytes get(Endpoint endpoint, ImageReference reference, String step)
            throws Transient, InterruptedException {
        URI place = place(endpoint, reference);
        Request request = Request.get(place).with("Accept", ACCEPT);
        try (Answer answer =
                registries.send(endpoint, reference.repository(), request, new Ongoing())) {
            if (answer.status() != 200) {
                throw Failures.answered(
                        answer, step, registries.advice(endpoint, reference.repository()));
            }
            byte[] bytes = answer.length() > limit ? null : answer.bytes(limit);
            if (bytes == null) {
                throw failure(
                        Kind.LIMIT_EXCEEDED, step, place, "it has more than " + limit + " bytes");
            }
            return new ManifestBytes(
                    bytes, answer.header("Content-Type"), verified(bytes, reference, step, place));
        } catch (IOException e) {
            throw Failures.beneath(request, e.getCause() == null ? e : e.getCause());
        }
    }

    /** What the registry says of the digest counts for nothing: these are the bytes. */
    private static Digest verified(byte[] bytes, ImageReference reference, String step, URI place) {
        Digest.Algorithm algorithm =
                reference.digest().map(Digest::algorithm).orElse(Digest.Algorithm.SHA256);
        MessageDigest hash = algorithm.start();
        hash.update(bytes);
        Digest found = Digest.of(algorithm, hash);
        if (!found.equals(reference.digest().orElse(found))) {
            throw failure(Kind.DIGEST_MISMATCH, step, place, "its digest is " + found);
        }
        return found;
    }

    private static Optional<Digest> digest(String header) {
        try {
            return Optional.of(Digest.parse(header));
        } catch (ImageException none) {
            return Optional.empty();
        }
    }

    private static ImageException failure(Kind kind, String step, URI place, String reason) {
        return new ImageException(kind, step, Shown.url(place), reason, "");
    }
}
