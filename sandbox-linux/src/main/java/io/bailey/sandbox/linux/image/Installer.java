package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.image.PullEvent.Phase;
import io.bailey.sandbox.image.PullListener;
import io.bailey.sandbox.linux.image.store.Ingest;
import io.bailey.sandbox.linux.image.store.Lease;
import io.bailey.sandbox.linux.image.store.Lock;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.image.tar.LayerStream;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Brings an image into the store: its documents, its layers as they are shipped, the same unpacked,
 * and last its name. What is there already is left alone; what two want, one makes.
 */
final class Installer {
    /** Unpacking is bound by processors: an inflating and a writing thread for each layer. */
    private static final Semaphore PROCESSORS =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors()), true);

    private final Store store;
    private final Backend backend;
    private final ImagesSpec spec;
    private final Catalog catalog;

    Installer(Store store, Backend backend, ImagesSpec spec, Catalog catalog) {
        this.store = store;
        this.backend = backend;
        this.spec = spec;
        this.catalog = catalog;
    }

    /** Makes {@code name} mean the image of {@code contents}. */
    Image install(ImageReference name, Contents contents, BlobSource source, Tracker tracker) {
        List<Layer> layers = contents.layers();
        requireFew(layers.size());
        try (Lease _ = lease(contents, layers)) {
            publish(contents.manifestBytes(), contents.manifest().digest());
            publish(contents.configBytes(), contents.readManifest().config().digest());
            contents.topBytes().ifPresent(bytes -> publish(bytes, contents.top().digest()));
            make(layers, source, tracker);
            return catalog.put(name, contents, spec.platform());
        }
    }

    /** Makes what is missing of an image that is in the store already, of its own blobs. */
    void restore(List<Layer> layers, Tracker tracker) {
        make(layers, Installer::nowhere, tracker);
    }

    private void make(List<Layer> layers, BlobSource source, Tracker tracker) {
        if (isThere(layers)) {
            Damage damage = backend.glance(store, layers);
            damage.discard(store);
            if (!damage.isNone()) {
                ImageFiles.want(store.root()); // Who has mounted it has mounted what is damaged.
            }
        }
        new Tasks(spec.parallelism()).run(distinct(layers), layer -> add(layer, source, tracker));
        stack(layers);
    }

    /** A document that is a blob: from the store, or fetched into it, by one of all who want it. */
    byte[] document(Descriptor blob, BlobSource source) {
        long most = spec.limits().document().bytes();
        if (blob.size() > most) {
            throw new ImageException(
                    Kind.LIMIT_EXCEEDED,
                    "read",
                    blob.digest().toString(),
                    "it has " + blob.size() + " bytes, the limit is " + most,
                    "");
        }
        try (Lease _ = store.lease(List.of(blob.digest()), List.of(), List.of())) {
            Optional<byte[]> there = catalog.document(blob.digest());
            if (there.isEmpty()) {
                fetch(blob, source, new Tracker(PullListener.silent()));
            }
            return there.orElseGet(() -> catalog.require(blob.digest()));
        }
    }

    static void nowhere(
            Descriptor blob, FileChannel into, java.util.function.LongConsumer reached) {
        throw new ImageException(
                Kind.STORE,
                "find layer",
                blob.digest().toString(),
                "it is not in the store any more",
                "pull or load the image again");
    }

    /** Whether all layers of an image are there, as this store has them. */
    boolean isComplete(List<Layer> layers) {
        return isThere(layers)
                && layers.stream().allMatch(layer -> isThere(layer.blob()))
                && backend.glance(store, layers).isNone();
    }

    private boolean isThere(List<Layer> layers) {
        return store.chain(backend.form().chain(layers)).isPresent()
                && layers.stream()
                        .allMatch(layer -> store.layer(backend.form().layer(layer)).isPresent());
    }

    private boolean isThere(Descriptor blob) {
        return store.blob(blob.digest(), blob.size()).isPresent();
    }

    private void requireFew(int layers) {
        if (layers > spec.limits().layers()) {
            throw new ImageException(
                    Kind.LIMIT_EXCEEDED,
                    "count layers",
                    "",
                    layers + " layers are more than the limit of " + spec.limits().layers(),
                    "");
        }
    }

    private Lease lease(Contents contents, List<Layer> layers) {
        Set<Digest> blobs = new HashSet<>();
        blobs.add(contents.top().digest());
        blobs.add(contents.manifest().digest());
        blobs.add(contents.readManifest().config().digest());
        layers.forEach(layer -> blobs.add(layer.blob().digest()));
        return store.lease(
                blobs,
                layers.stream().map(backend.form()::layer).toList(),
                List.of(backend.form().chain(layers)));
    }

    /** A layer that stands in an image twice is fetched once. */
    private static List<Layer> distinct(List<Layer> layers) {
        Set<Digest> seen = new HashSet<>();
        List<Layer> distinct = new ArrayList<>();
        for (Layer layer : layers) {
            if (seen.add(layer.blob().digest())) {
                distinct.add(layer);
            }
        }
        return distinct;
    }

    private void publish(byte[] document, Digest digest) {
        if (store.blob(digest).isEmpty()) {
            try (Ingest ingest = store.ingest()) {
                Path file = ingest.path().resolve("document");
                Files.write(file, document);
                ingest.publishBlob(file, digest);
            } catch (IOException failure) {
                throw Disks.failure("write document", digest.toString(), failure);
            }
        }
    }

    private void add(Layer layer, BlobSource source, Tracker tracker) {
        Descriptor blob = layer.blob();
        Digest key = backend.form().layer(layer);
        boolean present = isThere(blob) && store.layer(key).isPresent();
        if (present) {
            tracker.reached(blob, Phase.PRESENT, blob.size());
            return;
        }
        try {
            fetch(blob, source, tracker);
            unpack(layer, key, tracker);
        } catch (ImageException failure) {
            throw failure.during("read layer", blob.digest().toString());
        }
        tracker.reached(blob, Phase.DONE, blob.size());
    }

    private void fetch(Descriptor blob, BlobSource source, Tracker tracker) {
        if (isThere(blob)) {
            return;
        }
        try (Lock _ = lock(blob.digest(), blob, tracker)) {
            if (isThere(blob)) {
                return;
            }
            try (Ingest ingest = store.ingest()) {
                Path file = ingest.path().resolve("blob");
                try (FileChannel into = create(file)) {
                    tracker.reached(blob, Phase.DOWNLOAD, 0);
                    source.fetch(blob, into, bytes -> tracker.reached(blob, Phase.DOWNLOAD, bytes));
                }
                ingest.publishBlob(file, blob.digest());
            } catch (IOException failure) {
                throw Disks.failure("write blob", blob.digest().toString(), failure);
            }
        }
    }

    private void unpack(Layer layer, Digest key, Tracker tracker) {
        Descriptor blob = layer.blob();
        if (store.layer(key).isPresent()) {
            return;
        }
        try (Lock _ = lock(key, blob, tracker)) {
            if (store.layer(key).isPresent()) {
                return;
            }
            try (Ingest ingest = store.ingest()) {
                Path into = Files.createDirectory(ingest.path().resolve("layer"));
                Path file = store.blob(blob.digest()).orElseThrow(() -> gone(blob));
                PROCESSORS.acquire();
                try (FileChannel from = FileChannel.open(file);
                        LayerStream archive =
                                LayerStream.open(
                                        from,
                                        blob,
                                        layer.diffId(),
                                        spec.limits(),
                                        spec.strict(),
                                        bytes -> tracker.reached(blob, Phase.UNPACK, bytes))) {
                    backend.unpack(archive, into);
                    archive.finish();
                } finally {
                    PROCESSORS.release();
                }
                ingest.publishLayer(into, key);
            } catch (IOException failure) {
                throw Disks.failure("unpack", blob.digest().toString(), failure);
            } catch (InterruptedException interrupted) {
                throw Tasks.interrupted("unpack", blob.digest().toString());
            }
        }
    }

    private Lock lock(Digest digest, Descriptor blob, Tracker tracker) {
        return store.lock(digest, _ -> tracker.reached(blob, Phase.WAITING, 0));
    }

    private static ImageException gone(Descriptor blob) {
        return new ImageException(
                Kind.STORE, "find layer", blob.digest().toString(), "somebody has removed it", "");
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    private void stack(List<Layer> layers) {
        Digest key = backend.form().chain(layers);
        if (store.chain(key).isPresent()) {
            return;
        }
        try (Lock _ = store.lock(key)) {
            if (store.chain(key).isPresent()) {
                return;
            }
            try (Ingest ingest = store.ingest()) {
                Path into = Files.createDirectory(ingest.path().resolve("chain"));
                backend.stack(store, layers, into);
                ingest.publishChain(into, key);
            } catch (IOException failure) {
                throw Disks.failure("put layers together", key.toString(), failure);
            }
        }
    }
}
