package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.image.PullEvent;
import io.bailey.sandbox.linux.image.document.Document;
import io.bailey.sandbox.linux.image.document.Documents;
import io.bailey.sandbox.linux.image.registry.ManifestBytes;
import io.bailey.sandbox.linux.image.registry.RegistryClient;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Pulls one image. */
final class Puller {
    private final ImagesSpec spec;
    private final RegistryClient registry;
    private final Catalog catalog;
    private final List<Catalog> readOnly;
    private final Installer installer;
    private final Tracker tracker;

    Puller(
            ImagesSpec spec,
            RegistryClient registry,
            Catalog catalog,
            List<Catalog> readOnly,
            Installer installer,
            Tracker tracker) {
        this.spec = spec;
        this.registry = registry;
        this.catalog = catalog;
        this.readOnly = readOnly;
        this.installer = installer;
        this.tracker = tracker;
    }

    Image pull(ImageReference reference) {
        Digest digest = reference.digest().orElseGet(() -> registry.resolve(reference).digest());
        Image image = present(reference, digest).orElseGet(() -> fetch(reference, digest));
        tracker.onEvent(new PullEvent.Finished(image));
        return image;
    }

    /** Nothing is fetched if what the registry means by the name is here already. */
    private Optional<Image> present(ImageReference reference, Digest digest) {
        Optional<StoredName> named =
                catalog.name(reference)
                        .filter(name -> Catalog.means(name, digest))
                        .filter(name -> name.platform().equals(spec.platform()))
                        // One that is not there was never meant: the name has been damaged.
                        .filter(name -> catalog.document(name.top().digest()).isPresent());
        if (named.isPresent()) {
            Optional<Image> image =
                    catalog.image(reference, named.get())
                            .filter(it -> installer.isComplete(it.layers()));
            if (image.isPresent()) {
                return image;
            }
        }
        return readOnly.stream()
                .flatMap(store ->
                        store.name(reference).stream()
                                .filter(name -> Catalog.means(name, digest))
                                .filter(name -> name.platform().equals(spec.platform()))
                                .flatMap(name -> store.image(reference, name).stream()))
                .filter(ImageFiles::isComplete)
                .findFirst();
    }

    private Image fetch(ImageReference reference, Digest digest) {
        ManifestBytes top = manifest(reference, digest, "");
        Descriptor topDescriptor = new Descriptor(top.contentType(), digest, top.bytes().length);
        Contents contents =
                switch (Documents.parse(top.bytes(), top.contentType())) {
                    case Document.Manifest(var manifest) ->
                            contents(
                                    reference,
                                    typed(topDescriptor, manifest.mediaType()),
                                    Optional.empty(),
                                    top,
                                    manifest);
                    case Document.Index(var index) ->
                            choose(reference, typed(topDescriptor, index.mediaType()), top, index);
                };
        return installer.install(
                reference,
                contents,
                (blob, into, reached) -> blob(reference, blob, into, reached),
                tracker);
    }

    private static Descriptor typed(Descriptor descriptor, String mediaType) {
        return new Descriptor(mediaType, descriptor.digest(), descriptor.size());
    }

    private Contents choose(
            ImageReference reference, Descriptor top, ManifestBytes bytes, ImageIndex index) {
        Descriptor chosen =
                index.choose(spec.platform()).orElseThrow(() -> noPlatform(spec.platform(), index));
        ManifestBytes manifest = manifest(reference, chosen.digest(), chosen.mediaType());
        if (manifest.bytes().length != chosen.size()) {
            throw new ImageException(
                    Kind.DIGEST_MISMATCH,
                    "read manifest",
                    chosen.digest().toString(),
                    "it has " + manifest.bytes().length + " bytes, the index says " + chosen.size(),
                    "");
        }
        return contents(
                reference,
                top,
                Optional.of(bytes.bytes()),
                manifest,
                Manifests.image(manifest.bytes(), chosen.mediaType()));
    }

    static ImageException noPlatform(Platform wanted, ImageIndex index) {
        return new ImageException(
                Kind.NO_SUCH_PLATFORM,
                "choose an image for",
                wanted.toString(),
                "there are only "
                        + index.manifests().stream()
                                .flatMap(it -> it.platform().stream())
                                .map(Platform::toString)
                                .toList(),
                "choose one of them: Images.builder().platform(…)");
    }

    /** From the store if it is there. */
    private ManifestBytes manifest(ImageReference reference, Digest digest, String type) {
        return catalog.document(digest)
                .map(bytes -> new ManifestBytes(bytes, type, digest))
                .orElseGet(() -> registry.manifest(reference.withDigest(digest)));
    }

    private Contents contents(
            ImageReference reference,
            Descriptor top,
            Optional<byte[]> index,
            ManifestBytes bytes,
            ImageManifest manifest) {
        Documents.requireImage(manifest);
        tracker.onEvent(new PullEvent.Resolved(reference, bytes.digest(), manifest.layers()));
        byte[] config = config(reference, manifest.config());
        Contents contents =
                new Contents(
                        top,
                        index,
                        new Descriptor(manifest.mediaType(), bytes.digest(), bytes.bytes().length),
                        bytes.bytes(),
                        config);
        requirePlatform(contents.readConfig());
        return contents;
    }

    /** A read-only store may have what this one lacks. */
    private void blob(
            ImageReference from, Descriptor blob, FileChannel into, LongConsumer reached) {
        for (Catalog other : readOnly) {
            Optional<Path> there = other.store().blob(blob.digest());
            if (there.isPresent() && SmallBlobs.copy(there.get(), blob, into)) {
                return;
            }
        }
        registry.blob(from, blob, into, reached::accept);
    }

    private byte[] config(ImageReference from, Descriptor config) {
        return installer.document(config, (blob, into, reached) -> blob(from, blob, into, reached));
    }

    /** An image of its own says what it is for in its config. */
    private void requirePlatform(ImageConfig config) {
        if (spec.platform().distance(config.platform()) < 0) {
            throw new ImageException(
                    Kind.NO_SUCH_PLATFORM,
                    "choose an image for",
                    spec.platform().toString(),
                    "this one is for " + config.platform(),
                    "if that is what you want: Images.builder().platform(…)");
        }
    }
}
