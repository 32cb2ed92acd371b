package io.bailey.sandbox.linux.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.linux.image.document.Documents;
import io.bailey.sandbox.linux.image.store.Roots;
import io.bailey.sandbox.linux.image.store.Store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The names in one store, and what they mean. */
final class Catalog {
    private static final int MOST_KNOWN = 256;

    private final Store store;
    private final ImageLimits limits;

    /** By the digest of the manifest: what that says never changes. */
    private final Cache<Digest, Known> known =
            Caffeine.newBuilder().maximumSize(MOST_KNOWN).build();

    /** The documents of an image, read. */
    private record Known(ImageManifest manifest, ImageConfig config, List<Layer> layers) {}

    Catalog(Store store, ImageLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    Store store() {
        return store;
    }

    /** What a name means, whether or not its layers are there. */
    Optional<StoredName> name(ImageReference reference) {
        String wanted = StoredName.of(reference);
        return store.image(wanted)
                .flatMap(Catalog::readable)
                .filter(name -> name.name().equals(wanted));
    }

    /** A damaged one is none: it is made anew by whoever pulls. */
    private static Optional<StoredName> readable(byte[] json) {
        try {
            return Optional.of(StoredName.parse(json));
        } catch (ImageException damaged) {
            return Optional.empty();
        }
    }

    /** The image of that name; with tag and digest, of that tag if it has the digest. */
    Optional<Image> find(ImageReference reference) {
        Optional<StoredName> named = name(reference);
        if (named.isEmpty() && reference.digest().isPresent() && reference.tag().isPresent()) {
            ImageReference byTag =
                    new ImageReference(
                            reference.registry(),
                            reference.repository(),
                            reference.tag(),
                            Optional.empty());
            named = name(byTag).filter(it -> means(it, reference.digest().get()));
        }
        return named.flatMap(it -> image(reference, it));
    }

    static boolean means(StoredName name, Digest digest) {
        return name.top().digest().equals(digest) || name.manifest().digest().equals(digest);
    }

    /** The image of a name, if its documents are there and whole. */
    Optional<Image> image(ImageReference reference, StoredName name) {
        return known(name)
                .map(it -> {
                    long size =
                            name.manifest().size()
                                    + it.manifest().config().size()
                                    + it.manifest().layers().stream()
                                            .mapToLong(layer -> layer.size())
                                            .sum();
                    return new Image(
                            reference,
                            name.manifest().digest(),
                            it.layers(),
                            it.config(),
                            size,
                            store.root());
                });
    }

    /** Its config, if the manifest is there. */
    Optional<Digest> config(StoredName name) {
        return document(name.manifest().digest())
                .map(bytes -> Manifests.image(bytes, name.manifest().mediaType()))
                .map(manifest -> manifest.config().digest());
    }

    private Optional<Known> known(StoredName name) {
        Digest digest = name.manifest().digest();
        Optional<Known> there = Optional.ofNullable(known.getIfPresent(digest));
        if (there.isPresent()) {
            return there;
        }
        Optional<Known> read = read(name);
        read.ifPresent(it -> known.put(digest, it));
        return read;
    }

    private Optional<Known> read(StoredName name) {
        return document(name.manifest().digest())
                .map(bytes -> Manifests.image(bytes, name.manifest().mediaType()))
                .flatMap(manifest ->
                        document(manifest.config().digest())
                                .map(Documents::config)
                                .map(config ->
                                        new Known(
                                                manifest,
                                                config,
                                                Layer.stack(manifest.layers(), config.diffIds()))));
    }

    /** A document, whole; empty if it is not there. */
    Optional<byte[]> document(Digest digest) {
        try {
            return Optional.of(store.readBlob(digest, limits.document().bytes()));
        } catch (ImageException failure) {
            if (failure.kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    /** A document that must be there. */
    byte[] require(Digest digest) {
        return document(digest).orElseThrow(() -> notFound(digest.toString()));
    }

    /** The manifest of an image of this store. */
    ImageManifest manifest(Image image) {
        Known it = known.getIfPresent(image.digest());
        return it == null ? Manifests.image(require(image.digest()), "") : it.manifest();
    }

    Image put(ImageReference reference, Contents contents, Platform platform) {
        StoredName name =
                new StoredName(
                        StoredName.of(reference), contents.top(), contents.manifest(), platform);
        return put(reference, name);
    }

    Image put(ImageReference reference, StoredName name) {
        store.setImage(name.name(), name.toJson());
        return image(reference, name).orElseThrow(() -> notFound(name.name()));
    }

    static ImageException notFound(String name) {
        return new ImageException(
                Kind.NOT_FOUND, "find image", name, "it is not in the store", "pull or load it");
    }

    /** All that are whole, by name. */
    List<Image> list() {
        List<Image> images = new ArrayList<>();
        for (Optional<StoredName> named : names().values()) {
            named.flatMap(name -> image(ImageReference.parse(name.name()), name))
                    .ifPresent(images::add);
        }
        images.sort(Comparator.comparing(image -> image.reference().toString()));
        return List.copyOf(images);
    }

    /** All names, by the file each is in; empty for one that is damaged. */
    Map<String, Optional<StoredName>> names() {
        Map<String, Optional<StoredName>> names = new TreeMap<>();
        store.imagesByFile()
                .forEach((file, json) ->
                        names.put(file, readable(json).filter(name -> isFile(file, name))));
        return names;
    }

    /** One that is in a file of another name has been damaged too. */
    private static boolean isFile(String file, StoredName name) {
        return file.equals(Digest.sha256(name.name().getBytes(UTF_8)).hex() + ".json");
    }

    /** What an image needs, in whichever form it lies there. */
    Roots roots(byte[] json) {
        Set<Digest> blobs = new HashSet<>();
        Set<Digest> layers = new HashSet<>();
        Set<Digest> chains = new HashSet<>();
        readable(json)
                .ifPresent(name -> {
                    blobs.add(name.top().digest());
                    blobs.add(name.manifest().digest());
                    known(name)
                            .ifPresent(it -> {
                                blobs.add(it.manifest().config().digest());
                                for (LayerForm form : EnumSet.allOf(LayerForm.class)) {
                                    chains.add(form.chain(it.layers()));
                                    it.layers().forEach(layer -> layers.add(form.layer(layer)));
                                }
                                it.layers().forEach(layer -> blobs.add(layer.blob().digest()));
                            });
                });
        return new Roots(blobs, layers, chains);
    }
}
