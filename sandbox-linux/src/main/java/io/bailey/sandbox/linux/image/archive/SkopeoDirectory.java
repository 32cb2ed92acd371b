package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.image.document.Document;
import io.bailey.sandbox.linux.image.document.Documents;

import java.util.List;
import java.util.Optional;

/**
 * What skopeo and podman write as {@code dir:}, {@code oci-dir} being something else and {@code
 * docker-dir} this: one manifest, and blobs by their digits. It has no names.
 */
record SkopeoDirectory(Members members, List<Named> images) implements Format {

    static SkopeoDirectory read(Members members, byte[] bytes) {
        String type =
                switch (Documents.parse(bytes, "")) {
                    case Document.Manifest(var manifest) -> manifest.mediaType();
                    case Document.Index(var index) -> index.mediaType();
                };
        Descriptor manifest = new Descriptor(type, Digest.sha256(bytes), bytes.length);
        return new SkopeoDirectory(
                members, List.of(new Named(Optional.empty(), Optional.empty(), manifest)));
    }

    @Override
    public Optional<Member> blob(Digest digest) {
        if (digest.equals(images.getFirst().target().digest())) {
            return members.find(DockerArchive.MANIFEST);
        }
        // Manifests of an index are beside it.
        return members.find(digest.hex()).or(() -> members.find(digest.hex() + ".manifest.json"));
    }
}
