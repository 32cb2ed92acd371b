package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.image.PruneReport;
import io.bailey.sandbox.image.VerifyReport;
import io.bailey.sandbox.linux.image.registry.RegistryClient;
import io.bailey.sandbox.linux.image.store.Removed;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** A store of images, for applications. */
public final class LinuxImages implements Images {
    private final Linux linux;
    private final ImagesSpec spec;
    private final Store store;
    private final Catalog catalog;
    private final List<Catalog> readOnly;
    private final Installer installer;
    private final Loader loader;
    private final Verifier verifier;
    private final Tracker tracker;
    private final ReentrantLock connecting = new ReentrantLock();
    private Optional<RegistryClient> registry = Optional.empty();
    private volatile boolean closed;

    private LinuxImages(Linux linux, ImagesSpec spec, Store store, List<Catalog> readOnly) {
        this.linux = linux;
        this.spec = spec;
        this.store = store;
        this.readOnly = readOnly;
        this.catalog = new Catalog(store, spec.limits());
        Backend backend = Backends.choose(linux, store, spec);
        this.installer = new Installer(store, backend, spec, catalog);
        this.loader = new Loader(spec, catalog, installer);
        this.verifier = new Verifier(linux, catalog, spec.limits());
        this.tracker = new Tracker(spec.listener());
    }

    /** Opens the stores that {@code spec} names. */
    public static Images open(ImagesSpec spec) {
        Linux linux = Linux.host();
        Path root = spec.store().orElseGet(() -> DefaultStore.of(linux));
        List<Catalog> others = new ArrayList<>();
        try {
            for (Path other : spec.readOnlyStores()) {
                others.add(new Catalog(Store.openReadOnly(linux, other), spec.limits()));
            }
            Store store = Store.open(linux, root, spec.sync(), spec.lockTimeout());
            try {
                LinuxImages images = new LinuxImages(linux, spec, store, others);
                images.verifyAfterCrash();
                return images;
            } catch (RuntimeException failure) {
                store.close();
                throw failure;
            }
        } catch (RuntimeException failure) {
            others.forEach(other -> other.store().close());
            throw failure;
        }
    }

    private void verifyAfterCrash() {
        if (store.needsVerification()) {
            verifier.everything();
            store.verified();
        }
    }

    private RegistryClient registry() {
        connecting.lock();
        try {
            if (registry.isEmpty()) {
                registry = Optional.of(new RegistryClient(spec, tracker));
            }
            return registry.get();
        } finally {
            connecting.unlock();
        }
    }

    private <T> T during(String step, String subject, Supplier<T> work) {
        if (closed) {
            throw new IllegalStateException("these images are closed; open them again");
        }
        try {
            return work.get();
        } catch (ImageException failure) {
            throw failure.during(step, subject);
        }
    }

    @Override
    public Image pull(ImageReference reference) {
        return during(
                "pull",
                reference.toString(),
                () ->
                        new Puller(
                                        spec,
                                        registry(),
                                        catalog,
                                        readOnly,
                                        installer,
                                        new Tracker(spec.listener()))
                                .pull(reference));
    }

    @Override
    public Image load(Path archive) {
        return during("load", archive.toString(), () -> loader.load(archive, Optional.empty()));
    }

    @Override
    public Image load(Path archive, String name) {
        ImageReference reference = tagged(name);
        return during(
                "load", archive.toString(), () -> loader.load(archive, Optional.of(reference)));
    }

    @Override
    public List<Image> loadAll(Path archive) {
        return during("load", archive.toString(), () -> loader.loadAll(archive));
    }

    @Override
    public Image importRootfs(Path tar, String name) {
        ImageReference reference = tagged(name);
        return during("import", tar.toString(), () -> loader.importRootfs(tar, reference));
    }

    @Override
    public void save(Image image, Path target) {
        during(
                "save",
                image + " to " + target,
                () -> {
                    Saver.save(at(image), image, target);
                    return target;
                });
    }

    /** The catalog of the store that an image lies in. */
    private Catalog at(Image image) {
        return readOnly.stream()
                .filter(other -> other.store().root().equals(image.store()))
                .findFirst()
                .orElse(catalog);
    }

    @Override
    public Image commit(Container container, String name) {
        ImageReference reference = tagged(name);
        return during(
                "commit",
                container.name() + " as " + reference,
                () -> {
                    if (container instanceof Committable ours) {
                        return loader.commit(ours.below(), ours, reference);
                    }
                    throw new ImageException(
                            Kind.UNSUPPORTED,
                            "look into",
                            container.toString(),
                            "it is no container of this library",
                            "");
                });
    }

    @Override
    public List<Image> list() {
        return during(
                "list",
                store.root().toString(),
                () -> {
                    List<Image> all = new ArrayList<>(catalog.list());
                    readOnly.forEach(other -> all.addAll(other.list()));
                    all.sort(Comparator.comparing(image -> image.reference().toString()));
                    return List.copyOf(all);
                });
    }

    @Override
    public Optional<Image> find(String reference) {
        return find(ImageReference.parse(reference));
    }

    private Optional<Image> find(ImageReference reference) {
        return during(
                "find",
                reference.toString(),
                () ->
                        catalog.find(reference)
                                .or(() ->
                                        readOnly.stream()
                                                .flatMap(other -> other.find(reference).stream())
                                                .findFirst()));
    }

    private Image get(String name) {
        ImageReference reference = ImageReference.parse(name);
        return find(reference).orElseThrow(() -> Catalog.notFound(reference.toString()));
    }

    @Override
    public Image tag(Image image, String name) {
        ImageReference reference = tagged(name);
        return during(
                "tag",
                image + " as " + reference,
                () -> {
                    StoredName old =
                            catalog.name(image.reference())
                                    .filter(it -> Catalog.means(it, image.digest()))
                                    .orElseThrow(() -> Catalog.notFound(image.toString()));
                    return catalog.put(
                            reference,
                            new StoredName(
                                    StoredName.of(reference),
                                    old.top(),
                                    old.manifest(),
                                    old.platform()));
                });
    }

    private static ImageReference tagged(String name) {
        ImageReference reference = ImageReference.parse(name);
        if (reference.digest().isPresent()) {
            throw new ImageException(
                    Kind.INVALID_REFERENCE,
                    "name an image",
                    reference.toString(),
                    "its digest is what it is, and not for you to say",
                    "leave the digest out");
        }
        return reference;
    }

    @Override
    public boolean remove(String name) {
        ImageReference reference = ImageReference.parse(name);
        return during(
                "remove", reference.toString(), () -> store.removeImage(StoredName.of(reference)));
    }

    @Override
    public PruneReport prune() {
        return during(
                "prune",
                store.root().toString(),
                () -> {
                    ImageFiles.want(store.root());
                    Removed removed = store.prune(catalog::roots, Store.MINIMUM_AGE);
                    return new PruneReport(
                            removed.blobs(), removed.layers(), MemorySize.of(removed.bytes()));
                });
    }

    @Override
    public VerifyReport verify() {
        return during("verify", store.root().toString(), verifier::everything);
    }

    @Override
    public VerifyReport verify(Image image) {
        return during(
                "verify",
                image.toString(),
                () -> new Verifier(linux, at(image), spec.limits()).image(image));
    }

    @Override
    public String inspect(String name) {
        Image image = get(name);
        return during("inspect", image.toString(), () -> Inspection.of(at(image), image));
    }

    @Override
    public ImageManifest manifest(String name) {
        Image image = get(name);
        return during("read the manifest of", image.toString(), () -> at(image).manifest(image));
    }

    @Override
    public Path store() {
        return store.root();
    }

    @Override
    public void close() {
        connecting.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            ImageFiles.want(store.root());
            registry.ifPresent(RegistryClient::close);
            readOnly.forEach(other -> {
                ImageFiles.want(other.store().root());
                other.store().close();
            });
            store.close();
        } finally {
            connecting.unlock();
        }
    }

    @Override
    public String toString() {
        return "Images[" + store.root() + "]";
    }
}
