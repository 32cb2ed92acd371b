package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.image.PullListener;
import io.bailey.sandbox.linux.image.store.Lease;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The files of images, for whoever mounts them. */
public final class ImageFiles {
    private static final int PARALLELISM = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final List<Consumer<Path>> LISTENERS = new CopyOnWriteArrayList<>();

    private ImageFiles() {}

    /** Tells {@code listener} of a store that would like to remove what is claimed but not used. */
    public static void whenWanted(Consumer<Path> listener) {
        LISTENERS.add(listener);
    }

    static void want(Path store) {
        LISTENERS.forEach(listener -> listener.accept(store));
    }

    /**
     * Claims what there is of an image that this process can use. What has gone, or was made for
     * another user or kernel, is made anew of its blobs.
     *
     * @throws ImageException of kind NOT_FOUND if the image is not in its store any more
     */
    public static Claim claim(Linux linux, Image image) {
        Store store = open(linux, image.store());
        try {
            return claim(linux, store, image);
        } finally {
            store.close();
        }
    }

    private static Store open(Linux linux, Path root) {
        if (!Files.isDirectory(root)) {
            throw new ImageException(
                    Kind.NOT_FOUND, "open store", root.toString(), "there is none any more", "");
        }
        try {
            return Store.open(linux, root, true, PATIENCE);
        } catch (ImageException notOurs) {
            // Another user's, on a read-only file system, or the like.
            return Store.openReadOnly(linux, root);
        }
    }

    private static Claim claim(Linux linux, Store store, Image image) {
        Lease lease = lease(store, image);
        try {
            Optional<Backend> there = usable(linux, store, image.layers());
            if (there.isEmpty()) {
                there = Optional.of(restore(linux, store, image));
            }
            return new Claim(there.get().mountable(store, image.layers()), lease);
        } catch (RuntimeException failure) {
            lease.close();
            throw failure;
        }
    }

    private static Lease lease(Store store, Image image) {
        List<Digest> layers = new ArrayList<>();
        List<Digest> chains = new ArrayList<>();
        for (LayerForm form : LayerForm.values()) {
            image.layers().forEach(layer -> layers.add(form.layer(layer)));
            chains.add(form.chain(image.layers()));
        }
        return store.lease(List.of(), layers, chains);
    }

    /** Is any form of it there, whole? */
    static boolean isComplete(Image image) {
        Linux linux = Linux.host();
        try (Store store = Store.openReadOnly(linux, image.store())) {
            return usable(linux, store, image.layers()).isPresent();
        }
    }

    /** The first form that is there and that this process can mount. */
    private static Optional<Backend> usable(Linux linux, Store store, List<Layer> layers) {
        List<LayerForm> forms =
                Backends.mayMount(linux)
                        ? List.of(LayerForm.TAR_INDEX, LayerForm.DIRECTORIES, LayerForm.FLAT)
                        : List.of(LayerForm.FLAT);
        return forms.stream()
                .filter(form -> isThere(linux, store, form, layers))
                .filter(form -> form != LayerForm.TAR_INDEX || Backends.hasTarIndex(linux, store))
                .findFirst()
                .map(form -> Backends.of(linux, form, ImageLimits.standard()));
    }

    private static boolean isThere(Linux linux, Store store, LayerForm form, List<Layer> layers) {
        return store.chain(form.chain(layers)).isPresent()
                && layers.stream().allMatch(layer -> store.layer(form.layer(layer)).isPresent())
                && Backends.of(linux, form, ImageLimits.standard()).glance(store, layers).isNone();
    }

    /** No registry is asked: all is there. */
    private static ImagesSpec ownBlobs() {
        return new ImagesSpec(
                Optional.empty(),
                List.of(),
                Platform.current(),
                LayerBackend.AUTO,
                ImageLimits.standard(),
                Map.of(),
                Set.of(),
                Map.of(),
                Optional.of(List.of()),
                List.of(),
                PARALLELISM,
                1,
                PATIENCE,
                PATIENCE,
                false,
                true,
                PullListener.silent());
    }

    private static Backend restore(Linux linux, Store store, Image image) {
        if (store.isReadOnly()) {
            throw new ImageException(
                    Kind.NOT_FOUND,
                    "find the layers of",
                    image.toString(),
                    "the store " + image.store() + " has none that this process can use",
                    "pull or load the image into a store of this user");
        }
        ImagesSpec spec = ownBlobs();
        Backend backend = Backends.choose(linux, store, spec);
        new Installer(store, backend, spec, new Catalog(store, spec.limits()))
                .restore(image.layers(), new Tracker(spec.listener()));
        return backend;
    }
}
