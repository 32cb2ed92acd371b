package io.bailey.sandbox.linux.image.document;

import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageManifest;

/** Reads and writes the documents of images. */
public final class Documents {

    private Documents() {}

    /**
     * Reads a manifest or an index.
     *
     * @param contentType what a registry or a descriptor says it is; empty if nobody says
     * @throws ImageException of kind {@link ImageException.Kind#MALFORMED_DOCUMENT}, {@link
     *     ImageException.Kind#UNSUPPORTED_MEDIA_TYPE} or {@link ImageException.Kind#LIMIT_EXCEEDED}
     */
    public static Document parse(byte[] bytes, String contentType) {
        JsonValue root = Json.parse(bytes, "manifest");
        DocumentKind kind = DocumentKind.of(root, contentType);
        return switch (kind) {
            case OCI_MANIFEST, DOCKER_MANIFEST ->
                    new Document.Manifest(ManifestReader.manifest(root, kind.mediaType()));
            case OCI_INDEX, DOCKER_LIST ->
                    new Document.Index(ManifestReader.index(root, kind.mediaType()));
        };
    }

    /**
     * Refuses what is no image, though it has a manifest: charts, signatures, other artifacts.
     *
     * @throws ImageException of kind {@link ImageException.Kind#UNSUPPORTED_MEDIA_TYPE}
     */
    public static void requireImage(ImageManifest manifest) {
        ImageTypes.require(manifest);
    }

    /**
     * Reads a config.
     *
     * @throws ImageException of kind {@link ImageException.Kind#MALFORMED_DOCUMENT} or {@link
     *     ImageException.Kind#LIMIT_EXCEEDED}
     */
    public static ImageConfig config(byte[] bytes) {
        return ConfigReader.read(Json.parse(bytes, "config"));
    }

    /** Writes a manifest: the same bytes for equal ones. */
    public static byte[] write(ImageManifest manifest) {
        return Json.write(DocumentWriter.tree(manifest));
    }

    /** Writes an index: the same bytes for equal ones. */
    public static byte[] write(ImageIndex index) {
        return Json.write(DocumentWriter.tree(index));
    }

    /** Writes a config: the same bytes for equal ones. */
    public static byte[] write(ImageConfig config) {
        return Json.write(DocumentWriter.tree(config));
    }
}
