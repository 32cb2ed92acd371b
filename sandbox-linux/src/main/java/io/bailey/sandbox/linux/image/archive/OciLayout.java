package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.linux.image.document.Document;
import io.bailey.sandbox.linux.image.document.Documents;
import io.bailey.sandbox.linux.image.document.Json;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An OCI image layout, {@code image-layout.md}.
 *
 * @param images what its index names
 */
record OciLayout(Members members, List<Named> images) implements Format {
    static final String MARK = "oci-layout";
    static final String INDEX = "index.json";
    static final String VERSION = "1.0.0";
    static final String REF_NAME = "org.opencontainers.image.ref.name";

    /** containerd's and Docker's, since a tag alone says little. */
    private static final String IMAGE_NAME = "io.containerd.image.name";

    private static final Set<String> DOCUMENTS =
            Set.of(
                    MediaTypes.OCI_MANIFEST,
                    MediaTypes.OCI_INDEX,
                    MediaTypes.DOCKER_MANIFEST,
                    MediaTypes.DOCKER_LIST);

    static OciLayout read(Members members, ImageLimits limits) {
        checkVersion(members, limits);
        byte[] bytes = bytes(members, INDEX, limits);
        return switch (Documents.parse(bytes, "")) {
            case Document.Index(var index) -> {
                List<Named> images =
                        index.manifests().stream()
                                .filter(OciLayout::isDocument)
                                .map(found -> Named.of(name(found), found))
                                .toList();
                yield new OciLayout(members, images);
            }
            case Document.Manifest _ ->
                    throw Trouble.malformed(members.title(), INDEX + " is a manifest");
        };
    }

    /** Is it a manifest or an index? What else there is, readers must overlook. */
    static boolean isDocument(Descriptor found) {
        return DOCUMENTS.contains(found.mediaType());
    }

    private static void checkVersion(Members members, ImageLimits limits) {
        byte[] bytes = bytes(members, MARK, limits);
        String version = Json.parse(bytes, MARK).required("imageLayoutVersion").text();
        if (!version.equals(VERSION)) {
            throw Trouble.of(
                    Kind.UNSUPPORTED_MEDIA_TYPE,
                    "read archive",
                    members.title(),
                    "its layout is of version " + Shown.text(version) + ", not " + VERSION);
        }
    }

    static byte[] bytes(Members members, String name, ImageLimits limits) {
        try (Member member = members.need(name)) {
            return member.bytes(limits.document().bytes());
        }
    }

    private static Optional<String> name(Descriptor descriptor) {
        Map<String, String> notes = descriptor.annotations();
        return Optional.ofNullable(notes.get(IMAGE_NAME))
                .or(() -> Optional.ofNullable(notes.get(REF_NAME)))
                .filter(name -> !name.isEmpty());
    }

    @Override
    public Optional<Member> blob(Digest digest) {
        return members.find("blobs/" + digest.algorithm().label() + "/" + digest.hex());
    }
}
