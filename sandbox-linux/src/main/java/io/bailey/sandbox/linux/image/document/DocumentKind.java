package io.bailey.sandbox.linux.image.document;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.MediaTypes;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a document is. It must be one thing only, whoever reads it: by what is in it, by its field
 * mediaType and by what it was sent as (CVE-2021-41190).
 */
enum DocumentKind {
    OCI_MANIFEST(MediaTypes.OCI_MANIFEST),
    OCI_INDEX(MediaTypes.OCI_INDEX),
    DOCKER_MANIFEST(MediaTypes.DOCKER_MANIFEST),
    DOCKER_LIST(MediaTypes.DOCKER_LIST);

    private static final String SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+";

    /** Servers of plain files send these; they say nothing. */
    private static final Set<String> VAGUE =
            Set.of("", "application/json", "application/octet-stream", "text/plain");

    /** What tells one kind from another. Go reads names of members in any case. */
    private static final List<String> TELLING =
            List.of("schemaVersion", "mediaType", "manifests", "config", "layers", "fsLayers");

    private final String mediaType;

    DocumentKind(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }

    static DocumentKind of(JsonValue root, String contentType) {
        requireExactNames(root);
        String sent = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        Optional<String> said = root.text("mediaType");
        refuseSchema1(root, sent);
        if (root.required("schemaVersion").count() != 2) {
            throw root.required("schemaVersion").wrong("2");
        }
        if (said.isPresent() && !VAGUE.contains(sent) && !said.get().equals(sent)) {
            throw root.malformed(
                    "its mediaType is "
                            + Quoted.text(said.get())
                            + ", but it was sent as "
                            + Quoted.text(sent));
        }
        boolean list = isList(root);
        DocumentKind kind = named(said.orElse(VAGUE.contains(sent) ? inferred(list) : sent));
        if (kind.isIndex() != list) {
            throw root.malformed(
                    kind.mediaType
                            + " has no "
                            + (list ? "\"manifests\"" : "\"config\", \"layers\""));
        }
        return kind;
    }

    private boolean isIndex() {
        return this == OCI_INDEX || this == DOCKER_LIST;
    }

    private static boolean isList(JsonValue root) {
        boolean list = root.members().containsKey("manifests");
        boolean image =
                root.members().containsKey("layers")
                        || root.members().containsKey("config")
                        || root.members().containsKey("fsLayers");
        if (list && image) {
            throw root.malformed("has both what an index has and what a manifest has");
        }
        if (!list && !image) {
            throw root.malformed("has neither \"manifests\" nor \"layers\"");
        }
        return list;
    }

    private static String inferred(boolean list) {
        return list ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
    }

    private static DocumentKind named(String type) {
        for (DocumentKind kind : values()) {
            if (kind.mediaType.equals(type)) {
                return kind;
            }
        }
        throw unsupported(
                "its type " + Quoted.text(type) + " is neither that of an image nor of an index",
                "");
    }

    private static void refuseSchema1(JsonValue root, String sent) {
        boolean said = root.text("mediaType").orElse(sent).startsWith(SCHEMA1);
        Optional<JsonValue> version = root.member("schemaVersion");
        if (said
                || sent.startsWith(SCHEMA1)
                || (version.isPresent() && version.get().count() == 1)) {
            throw unsupported(
                    "it is of Docker's schema 1, which was given up in 2017",
                    "push the image again with a present-day tool, as an OCI image");
        }
    }

    private static void requireExactNames(JsonValue root) {
        for (String name : root.members().keySet()) {
            for (String telling : TELLING) {
                if (name.equalsIgnoreCase(telling) && !name.equals(telling)) {
                    throw root.malformed(
                            Quoted.text(name) + " is taken for \"" + telling + "\" by some");
                }
            }
        }
    }

    private static ImageException unsupported(String reason, String fix) {
        return new ImageException(Kind.UNSUPPORTED_MEDIA_TYPE, "read", "manifest", reason, fix);
    }
}
