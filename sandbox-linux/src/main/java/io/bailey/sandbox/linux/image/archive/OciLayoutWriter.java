package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.linux.image.document.Document;
import io.bailey.sandbox.linux.image.document.Documents;
import io.bailey.sandbox.linux.image.document.Json;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes an image as an OCI image layout, with the digests it has: the same bytes for the same
 * image. It appears at its place when all of it is there.
 *
 * <p>It is a Docker archive as well, as those of Docker 25 are: older ones load it, and so does
 * podman an image whose manifest is of Docker's type, which it does not look for in a layout.
 */
public final class OciLayoutWriter {

    private OciLayoutWriter() {}

    /**
     * A blob in a file.
     *
     * @param descriptor its digest and size, which are checked
     * @param file where it is
     */
    public record Blob(Descriptor descriptor, Path file) {}

    /**
     * An image to be written.
     *
     * @param name for {@code org.opencontainers.image.ref.name}
     * @param manifestType the media type of the manifest
     * @param manifest its bytes
     * @param config the bytes of the config
     * @param layers the blobs of the layers, in any order
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on once, compared by digest.
    public record Contents(
            Optional<String> name,
            String manifestType,
            byte[] manifest,
            byte[] config,
            List<Blob> layers) {}

    /**
     * Makes a directory, which must not exist.
     *
     * @throws io.bailey.sandbox.image.ImageException of kind STORE if it exists, DIGEST_MISMATCH if
     *     a blob is not what it is said to be
     */
    public static void directory(Contents image, Path target) {
        Map<String, LayoutFile> files = files(image);
        NewPath.make(target, temporary -> LayoutTarget.directory(files, temporary));
    }

    /** Makes a tar, which must not exist; else as {@link #directory}. */
    public static void tar(Contents image, Path target) {
        Map<String, LayoutFile> files = files(image);
        NewPath.make(target, temporary -> LayoutTarget.tar(files, temporary));
    }

    /**
     * The files of the layout by name, in their order; a blob that is needed twice is there once.
     */
    private static Map<String, LayoutFile> files(Contents image) {
        if (!(Documents.parse(image.manifest(), image.manifestType())
                instanceof Document.Manifest(var manifest))) {
            throw Trouble.malformed("manifest", "it is an index");
        }
        Descriptor self =
                new Descriptor(
                        image.manifestType(),
                        Digest.sha256(image.manifest()),
                        image.manifest().length,
                        Optional.empty(),
                        image.name().map(n -> Map.of(OciLayout.REF_NAME, n)).orElse(Map.of()),
                        List.of());
        Map<String, LayoutFile> files = new LinkedHashMap<>();
        byte[] mark = Json.write(Map.of("imageLayoutVersion", OciLayout.VERSION));
        files.put(OciLayout.MARK, LayoutFile.of(mark));
        byte[] index =
                Documents.write(new ImageIndex(MediaTypes.OCI_INDEX, List.of(self), Map.of()));
        files.put(OciLayout.INDEX, LayoutFile.of(index));
        files.put(path(self), LayoutFile.of(image.manifest()));
        addBlobs(files, image, manifest);
        files.put(DockerArchive.MANIFEST, LayoutFile.of(forDocker(image, manifest)));
        return files;
    }

    private static byte[] forDocker(Contents image, ImageManifest manifest) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("Config", path(manifest.config()));
        // A tag is a name and a tag there: no digest, and not the tag alone.
        Optional<String> tag = image.name().filter(n -> n.indexOf('@') < 0 && n.indexOf(':') > 0);
        entry.put("RepoTags", tag.map(List::of).orElse(List.of()));
        entry.put("Layers", manifest.layers().stream().map(OciLayoutWriter::path).toList());
        return Json.write(List.of(entry));
    }

    private static void addBlobs(
            Map<String, LayoutFile> files, Contents image, ImageManifest manifest) {
        LayoutFile config = new LayoutFile.Bytes(manifest.config(), image.config());
        files.put(path(manifest.config()), config);
        for (Descriptor layer : manifest.layers()) {
            Blob blob =
                    image.layers().stream()
                            .filter(b -> b.descriptor().digest().equals(layer.digest()))
                            .findFirst()
                            .orElseThrow(() ->
                                    Trouble.of(
                                            Kind.NOT_FOUND,
                                            "write layout",
                                            layer.digest(),
                                            "there is no blob of this layer"));
            files.put(path(layer), new LayoutFile.Copy(layer, blob.file()));
        }
    }

    private static String path(Descriptor blob) {
        return "blobs/" + blob.digest().algorithm().label() + "/" + blob.digest().hex();
    }
}
