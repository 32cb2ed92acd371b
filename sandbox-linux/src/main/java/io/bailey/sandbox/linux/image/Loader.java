package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.PullEvent;
import io.bailey.sandbox.linux.image.archive.ArchivedImage;
import io.bailey.sandbox.linux.image.archive.ImageArchive;
import io.bailey.sandbox.linux.image.archive.Named;
import io.bailey.sandbox.linux.image.archive.NewImage;
import io.bailey.sandbox.linux.image.archive.UpperLayer;
import io.bailey.sandbox.linux.image.store.Ingest;
import io.bailey.sandbox.linux.image.store.Lease;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.image.tar.LayerStream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes images of what is on this host: archives, root file systems, writable layers. */
final class Loader {
    /** RFC 1952, section 2.3.1. */
    private static final int GZIP = 0x1f8b;

    /** RFC 8878, section 3.1.1. */
    private static final int ZSTD = 0x28b52ffd;

    private final ImagesSpec spec;
    private final Store store;
    private final Catalog catalog;
    private final Installer installer;

    Loader(ImagesSpec spec, Catalog catalog, Installer installer) {
        this.spec = spec;
        this.store = catalog.store();
        this.catalog = catalog;
        this.installer = installer;
    }

    Image load(Path file, Optional<ImageReference> name) {
        try (Ingest scratch = store.ingest();
                ImageArchive archive = ImageArchive.open(file, scratch.path(), spec.limits())) {
            ArchivedImage image = archive.first(spec.platform());
            return load(archive, image, name.orElseGet(() -> name(file, image)));
        }
    }

    List<Image> loadAll(Path file) {
        try (Ingest scratch = store.ingest();
                ImageArchive archive = ImageArchive.open(file, scratch.path(), spec.limits())) {
            Map<ImageReference, ArchivedImage> all = new LinkedHashMap<>();
            for (Named named : archive.images()) {
                ArchivedImage image = archive.image(named, spec.platform());
                if (all.put(name(file, image), image) != null) {
                    throw new ImageException(
                            Kind.INVALID_REFERENCE,
                            "name the images of",
                            file.toString(),
                            "several would have the name " + name(file, image),
                            "load them one by one: load(archive, name)");
                }
            }
            return all.entrySet().stream()
                    .map(entry -> load(archive, entry.getValue(), entry.getKey()))
                    .toList();
        }
    }

    private static ImageReference name(Path file, ArchivedImage image) {
        return image.named().reference(file);
    }

    private Image load(ImageArchive archive, ArchivedImage archived, ImageReference reference) {
        Tracker tracker = new Tracker(spec.listener());
        tracker.onEvent(
                new PullEvent.Resolved(
                        reference, archived.descriptor().digest(), archived.manifest().layers()));
        Contents contents =
                new Contents(
                        archived.descriptor(),
                        Optional.empty(),
                        archived.descriptor(),
                        archived.manifestBytes(),
                        archived.configBytes());
        Image image =
                installer.install(
                        reference,
                        contents,
                        (blob, into, reached) -> archive.copyBlob(blob, into),
                        tracker);
        tracker.onEvent(new PullEvent.Finished(image));
        return image;
    }

    Image importRootfs(Path tar, ImageReference name) {
        try (Ingest ingest = store.ingest()) {
            Path copy = ingest.path().resolve("layer");
            Files.copy(tar, copy);
            Descriptor blob;
            Digest diffId;
            try (FileChannel from = FileChannel.open(copy);
                    LayerStream stream =
                            LayerStream.openUnknown(from, spec.limits(), bytes -> {})) {
                stream.finish();
                blob = new Descriptor(mediaType(copy), stream.blobDigest(), stream.blobSize());
                diffId = stream.diffId();
            }
            return install(
                    ingest, copy, blob, name, NewImage.ofRoot(blob, diffId, spec.platform()));
        } catch (IOException failure) {
            throw Disks.failure("read", tar.toString(), failure);
        }
    }

    private static String mediaType(Path layer) throws IOException {
        byte[] magic = new byte[4];
        try (InputStream in = Files.newInputStream(layer)) {
            int n = in.readNBytes(magic, 0, magic.length);
            int first = n < magic.length ? 0 : ByteBuffer.wrap(magic).getInt();
            return first >>> 16 == GZIP
                    ? MediaTypes.OCI_LAYER_GZIP
                    : first == ZSTD ? MediaTypes.OCI_LAYER_ZSTD : MediaTypes.OCI_LAYER;
        }
    }

    Image commit(Image below, Committable container, ImageReference name) {
        byte[] manifest = document(below.digest());
        byte[] config = document(catalog.manifest(below).config().digest());
        try (Ingest ingest = store.ingest()) {
            Path file = ingest.path().resolve("layer");
            UpperLayer.Written written;
            try (FileChannel into =
                    FileChannel.open(
                            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                written = container.write(into, spec.limits());
            } catch (IOException failure) {
                throw Disks.failure("write layer", file.toString(), failure);
            }
            return install(
                    ingest,
                    file,
                    written.blob(),
                    name,
                    NewImage.upon(manifest, config, written.blob(), written.diffId()));
        }
    }

    private byte[] document(Digest digest) {
        return catalog.document(digest)
                .orElseThrow(() ->
                        new ImageException(
                                Kind.NOT_FOUND,
                                "read",
                                digest.toString(),
                                "it is not in this store",
                                "commit to the store that has the container's image"));
    }

    /** Its layers are in the store already, but the last. */
    private Image install(
            Ingest ingest, Path file, Descriptor layer, ImageReference name, NewImage fresh) {
        // Before it is published: one that lies there unused may be about to be pruned.
        try (Lease _ = store.lease(List.of(layer.digest()), List.of(), List.of())) {
            ingest.publishBlob(file, layer.digest());
            return install(name, fresh);
        }
    }

    private Image install(ImageReference name, NewImage fresh) {
        Descriptor manifest =
                new Descriptor(
                        MediaTypes.OCI_MANIFEST,
                        Digest.sha256(fresh.manifest()),
                        fresh.manifest().length);
        Contents contents =
                new Contents(
                        manifest, Optional.empty(), manifest, fresh.manifest(), fresh.config());
        return installer.install(name, contents, Installer::nowhere, new Tracker(spec.listener()));
    }
}
