package io.bailey.sandbox.image;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.spi.SandboxProvider;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A store of images, and the way they get into it. Thread-safe; many processes may share one store,
 * and each blob is fetched once however many ask for it.
 *
 * <p>Everything in the store is named by its digest and was verified before it got there; a process
 * that is killed at any moment leaves nothing that is half-made and seen. All methods throw {@link
 * ImageException}, whose kind says what failed.
 *
 * @since 0.1
 */
public interface Images extends AutoCloseable {

    /**
     * Opens the user's own store: {@code /var/lib/bailey/images} for root, else {@code
     * $XDG_DATA_HOME/bailey/images}, {@code ~/.local/share/bailey/images} without that.
     *
     * @return the store, made if it was not there
     * @throws ImageException of kind {@link ImageException.Kind#STORE} if it cannot be made or is
     *     of another version
     * @throws io.bailey.sandbox.SandboxUnavailableException if there is no engine
     */
    static Images open() {
        return builder().open();
    }

    /**
     * Opens the store in a directory.
     *
     * @param store the directory, made if it is not there. Not a place others can write to
     * @return the store
     * @throws ImageException of kind {@link ImageException.Kind#STORE} if it cannot be made, holds
     *     something else, belongs to another user, or is of another version
     * @throws io.bailey.sandbox.SandboxUnavailableException if there is no engine
     */
    static Images open(Path store) {
        return builder().store(store).open();
    }

    /**
     * Returns a builder.
     *
     * @return one with the defaults
     */
    static Builder builder() {
        return new ImagesBuilder();
    }

    /**
     * Pulls an image from its registry.
     *
     * @param reference as {@link ImageReference#parse} reads it
     * @return the image, verified and unpacked
     */
    default Image pull(String reference) {
        return pull(ImageReference.parse(reference));
    }

    /**
     * Pulls an image from its registry. What is there already is not fetched again; of a tag that
     * is asked for once more only the digest is.
     *
     * @param reference its name; with a digest, the bytes of the manifest must have it
     * @return the image, verified and unpacked
     * @throws ImageException of every kind
     */
    Image pull(ImageReference reference);

    /**
     * Loads an image from an OCI image layout or a Docker archive ({@code docker save}, {@code
     * podman save}), which may be a directory or a tar, plain or compressed with gzip.
     *
     * <p>It keeps the name that is written there. Without one it is {@code localhost/} and the
     * file's own name, {@code :latest}.
     *
     * @param archive the directory or file
     * @return the image; of several the first for this platform
     * @throws ImageException of kind {@link ImageException.Kind#NOT_FOUND}, or as for {@link
     *     #pull(ImageReference)}
     */
    Image load(Path archive);

    /**
     * Loads an image under a name of your choice.
     *
     * @param archive the directory or file, as for {@link #load(Path)}
     * @param name its new name, as {@link ImageReference#parse} reads it
     * @return the image
     */
    Image load(Path archive, String name);

    /**
     * Loads every image for this platform that an archive holds, each under the name that is
     * written there.
     *
     * @param archive the directory or file, as for {@link #load(Path)}
     * @return the images, in its order; those without a name under that of the file, if it is only
     *     one
     * @throws ImageException of kind {@link ImageException.Kind#INVALID_REFERENCE} if several have
     *     no name, or as for {@link #load(Path)}
     */
    List<Image> loadAll(Path archive);

    /**
     * Makes an image of a tar of a whole root file system, such as {@code mmdebstrap} or {@code
     * podman export} write: one layer and an empty config.
     *
     * @param tar the file, plain or compressed with gzip or Zstandard
     * @param name the image's name
     * @return the image
     */
    Image importRootfs(Path tar, String name);

    /**
     * Writes an image as an OCI image layout, with the digests it has.
     *
     * @param image the image
     * @param target a directory to make, or a file whose name ends in {@code .tar}; must not exist
     */
    void save(Image image, Path target);

    /**
     * Makes an image of what a container has written: the layers of its image, and one more.
     *
     * @param container one whose root is an image and whose writable root is {@link
     *     io.bailey.sandbox.WritableRoot#OVERLAY}; it may run or have stopped, and is not closed.
     *     One that runs should be paused or quiet: files are taken as they are found
     * @param name the new image's name
     * @return the image. The same files give the same digest
     * @throws ImageException of kind {@link ImageException.Kind#UNSUPPORTED} if the container has
     *     no such root, or this JVM may not look into it
     */
    Image commit(Container container, String name);

    /**
     * Returns the images of this store and its read-only ones.
     *
     * @return an immutable list, by name
     */
    List<Image> list();

    /**
     * Finds an image by name, or by name and digest, without asking a registry.
     *
     * @param reference as {@link ImageReference#parse} reads it
     * @return the image, if it is here
     */
    Optional<Image> find(String reference);

    /**
     * Gives an image a further name, or a name a further image.
     *
     * @param image the image
     * @param name the name, as {@link ImageReference#parse} reads it, without a digest
     * @return the image under that name
     */
    Image tag(Image image, String name);

    /**
     * Forgets a name. What no name means any more is removed by {@link #prune()}; a sandbox that
     * lives keeps what it needs.
     *
     * @param name as {@link ImageReference#parse} reads it
     * @return whether there was one
     */
    boolean remove(String name);

    /**
     * Removes what no image and no living sandbox needs, and is older than ten minutes. Works on a
     * full disk.
     *
     * @return what was removed
     */
    PruneReport prune();

    /**
     * Reads everything again and compares it with its digests. Takes as long as unpacking it. What
     * is damaged is put away, so that the next pull brings it anew; a sandbox that lives keeps it.
     *
     * @return what is wrong, if anything is
     */
    VerifyReport verify();

    /**
     * Reads one image's blobs and layers again and compares them with their digests; as {@link
     * #verify()} for all.
     *
     * @param image the image
     * @return what is wrong, if anything is
     */
    VerifyReport verify(Image image);

    /**
     * Returns the config of an image as it is written.
     *
     * @param name as {@link ImageReference#parse} reads it
     * @return a JSON document: reference, digest, manifest, config
     * @throws ImageException of kind {@link ImageException.Kind#NOT_FOUND} if there is none
     */
    String inspect(String name);

    /**
     * Returns the manifest of an image.
     *
     * @param name as {@link ImageReference#parse} reads it
     * @return the manifest
     * @throws ImageException of kind {@link ImageException.Kind#NOT_FOUND} if there is none
     */
    ImageManifest manifest(String name);

    /**
     * Returns where the store is.
     *
     * @return its directory, absolute
     */
    Path store();

    /** Lets go of the store. Images and sandboxes made of it stay as they are. */
    @Override
    void close();

    /**
     * Collects how a store is to be opened. Each setter fails at the call.
     *
     * @since 0.1
     */
    interface Builder {

        /**
         * Sets the directory.
         *
         * @param directory made if it is not there
         * @return this builder
         */
        Builder store(Path directory);

        /**
         * Adds a store that is looked into first and never written to.
         *
         * @param directory a store that another process fills
         * @return this builder
         */
        Builder readOnlyStore(Path directory);

        /**
         * Sets which images are wanted. Default {@link Platform#current()}.
         *
         * @param platform the platform
         * @return this builder
         */
        Builder platform(Platform platform);

        /**
         * Sets how layers lie in the store. Default {@link LayerBackend#AUTO}.
         *
         * @param backend the way
         * @return this builder
         */
        Builder backend(LayerBackend backend);

        /**
         * Sets the most an image may be. Default {@link ImageLimits#standard()}.
         *
         * @param limits the limits
         * @return this builder
         */
        Builder limits(ImageLimits limits);

        /**
         * Adds places that are asked before a registry itself; what they give is verified by digest
         * all the same.
         *
         * @param registry the registry, {@code host[:port]}, such as {@code docker.io}
         * @param mirrors the places, {@code host[:port]}, the first one first
         * @return this builder
         */
        Builder mirror(String registry, String... mirrors);

        /**
         * Allows a registry to be spoken to without TLS. Without a word that is only {@code
         * localhost}, {@code 127.0.0.0/8} and {@code ::1}, and only if TLS does not answer.
         *
         * @param registry the registry, {@code host[:port]}
         * @return this builder
         */
        Builder insecure(String registry);

        /**
         * Sets what a registry is told. Goes before the files.
         *
         * @param registry the registry, {@code host[:port]}
         * @param credentials user and secret
         * @return this builder
         */
        Builder credentials(String registry, Credentials credentials);

        /**
         * Names the files with credentials. Default: {@code $REGISTRY_AUTH_FILE}, {@code
         * $XDG_RUNTIME_DIR/containers/auth.json}, {@code $XDG_CONFIG_HOME/containers/auth.json},
         * {@code $DOCKER_CONFIG/config.json} or {@code ~/.docker/config.json}, {@code
         * ~/.dockercfg}, where they exist.
         *
         * @param files the files, the first one first; none for no files at all
         * @return this builder
         */
        Builder authFiles(Path... files);

        /**
         * Trusts a further authority.
         *
         * @param pem a file with one or more certificates, PEM
         * @return this builder
         */
        Builder certificate(Path pem);

        /**
         * Sets how many blobs, or parts of one large blob, are fetched at once. Default 4.
         *
         * @param blobs 1 to 64
         * @return this builder
         */
        Builder parallelism(int blobs);

        /**
         * Sets how often a request is tried before the registry counts as unreachable. Default 5.
         *
         * @param tries 1 to 100
         * @return this builder
         */
        Builder attempts(int tries);

        /**
         * Sets how long a registry may be silent before the try has failed. Default 30 seconds.
         *
         * @param silence positive
         * @return this builder
         */
        Builder timeout(Duration silence);

        /**
         * Sets how long another process may keep a lock that is needed; it may be fetching a large
         * blob. Default 30 minutes.
         *
         * @param wait positive
         * @return this builder
         */
        Builder lockTimeout(Duration wait);

        /**
         * Sets whether a layer must be compressed as its media type says. Default false: the first
         * bytes say how.
         *
         * @param strict whether it must
         * @return this builder
         */
        Builder strict(boolean strict);

        /**
         * Sets whether what was written is on the disk before it is used. Default true; without, a
         * power failure may damage the store ({@link Images#verify()} finds it), a killed process
         * not.
         *
         * @param sync whether to wait for the disk
         * @return this builder
         */
        Builder sync(boolean sync);

        /**
         * Sets who is told of the progress of each pull.
         *
         * @param listener the listener
         * @return this builder
         */
        Builder listener(PullListener listener);

        /**
         * Opens the store.
         *
         * @return the store
         * @throws ImageException of kind {@link ImageException.Kind#STORE} if it cannot be made,
         *     holds something else, belongs to another user, or is of another version
         * @throws ImageException of kind {@link ImageException.Kind#UNSUPPORTED} if this host
         *     cannot have the backend
         * @throws io.bailey.sandbox.SandboxUnavailableException if there is no engine
         * @see SandboxProvider#openImages
         */
        Images open();
    }
}
