package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What is kept on disk, by digest. Many processes share one; nothing but the names of images ever
 * changes, and everything else was complete and verified before it got its name.
 *
 * <p>The protocol that keeps {@link #prune} of any process from taking what another uses:
 *
 * <ol>
 *   <li>{@link #lease} all that will be needed, by digest, whether it is there or not;
 *   <li>then look what is there. What is, stays;
 *   <li>make what is not: {@link #lock} its digest, look again, {@link #ingest}, publish;
 *   <li>{@link #setImage}, whose document {@code prune} asks for what the image needs;
 *   <li>close the lease; a sandbox keeps one of its own as long as it lives.
 * </ol>
 *
 * <p>To publish, to lease and to name each take the store's lock shared, for microseconds; {@code
 * prune} takes it exclusive while it looks at names and leases and moves the rest away. So each of
 * those came before all of that or after it. Lock digests before, never while, something else of
 * the store is locked.
 *
 * <p>Thread-safe. Every failure is an {@link ImageException}.
 */
public final class Store implements AutoCloseable {

    /** How old what is not needed must be before it is pruned, if nobody says otherwise. */
    public static final Duration MINIMUM_AGE = Duration.ofMinutes(10);

    private final Root root;
    private final boolean readOnly;
    private final Duration lockTimeout;
    private final Sessions sessions;
    private final Blobs blobs;
    private final ImageFiles images;
    private final DigestLocks locks;
    private final ThreadLocal<Boolean> pruning = ThreadLocal.withInitial(() -> false);
    private boolean closed;

    private Store(Root root, boolean readOnly, Duration lockTimeout, String boot) {
        this.root = root;
        this.readOnly = readOnly;
        this.lockTimeout = lockTimeout;
        this.sessions = new Sessions(root, boot);
        this.blobs = new Blobs(root, readOnly ? Optional.empty() : Optional.of(new Trash(root)));
        this.images = new ImageFiles(root);
        this.locks = new DigestLocks(root, lockTimeout);
    }

    /**
     * Opens a store, made if the directory is not there or empty. Sweeps what the dead have left.
     *
     * @param sync whether what is published is on the disk before it has its name
     * @param lockTimeout how long to wait for another process
     * @throws ImageException of kind STORE if it is somebody else's, others may write to it, it
     *     holds something else or is of another version
     */
    public static Store open(Linux linux, Path root, boolean sync, Duration lockTimeout) {
        return open(linux, root, sync, lockTimeout, Sessions.currentBoot(linux));
    }

    static Store open(Linux linux, Path path, boolean sync, Duration lockTimeout, String boot) {
        Root root = Opening.writable(linux, path, sync);
        Store store = new Store(root, false, lockTimeout, boot);
        try {
            store.sessions.begin();
            Leftovers.sweep(root);
            Ballast.load(root);
            return store;
        } catch (ImageException failed) {
            store.close();
            throw failed;
        }
    }

    /**
     * Opens a store that another fills; nothing is ever written to it.
     *
     * @throws ImageException of kind NOT_FOUND if there is none, STORE if it cannot be used
     */
    public static Store openReadOnly(Linux linux, Path root) {
        return new Store(
                Opening.readOnly(linux, root), true, Duration.ZERO, Sessions.currentBoot(linux));
    }

    /** Where it is, absolute. */
    public Path root() {
        return root.path();
    }

    /** Was it opened with {@link #openReadOnly}? */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** The file of a blob, if it is there. */
    public Optional<Path> blob(Digest digest) {
        return blobs.find(digest);
    }

    /** The file of a blob, if it is there and has this size; another size is damage, and healed. */
    public Optional<Path> blob(Digest digest, long size) {
        return blobs.find(digest, size);
    }

    /**
     * The bytes of a blob, hashed again. A damaged one is put away and counts as absent.
     *
     * @param max how many bytes are accepted
     * @throws ImageException of kind NOT_FOUND or LIMIT_EXCEEDED
     */
    public byte[] readBlob(Digest digest, long max) {
        return blobs.read(digest, max);
    }

    /** Hashes a blob again. Returns false, and puts it away, if it is damaged; or not there. */
    public boolean verifyBlob(Digest digest) {
        return blobs.verify(digest);
    }

    /** The directory of an unpacked layer, if it is there. */
    public Optional<Path> layer(Digest diffId) {
        return directory(Kind.LAYER, diffId);
    }

    /** The directory of a stack of layers, if it is there. */
    public Optional<Path> chain(Digest chainId) {
        return directory(Kind.CHAIN, chainId);
    }

    private Optional<Path> directory(Kind kind, Digest digest) {
        String path = kind.path(digest);
        return root.look(path).isDirectory() ? Optional.of(root.path(path)) : Optional.empty();
    }

    /** The blobs that are there. */
    public List<Digest> blobs() {
        return all(Kind.BLOB);
    }

    /** The layers that are there, by diff id. */
    public List<Digest> layers() {
        return all(Kind.LAYER);
    }

    /** The stacks of layers that are there, by chain id. */
    public List<Digest> chains() {
        return all(Kind.CHAIN);
    }

    private List<Digest> all(Kind kind) {
        List<Digest> all = new ArrayList<>();
        for (String directory : kind.directories()) {
            for (String name : root.names(directory)) {
                kind.digest(directory, name).ifPresent(all::add);
            }
        }
        return List.copyOf(all);
    }

    /** Puts a damaged layer away; it counts as absent. Whoever uses it keeps its files. */
    public void discardLayer(Digest diffId) {
        discard(Kind.LAYER, diffId);
    }

    /**
     * Puts a damaged stack of layers away; it counts as absent. Whoever uses it keeps its files.
     */
    public void discardChain(Digest chainId) {
        discard(Kind.CHAIN, chainId);
    }

    private void discard(Kind kind, Digest digest) {
        writable();
        new Trash(root).discard(kind, digest, Optional.empty());
    }

    /** A private directory to make things in. */
    public Ingest ingest() {
        writable();
        return Ingest.begin(root, this::share);
    }

    /** The right to make what has this digest. */
    public Lock lock(Digest digest) {
        return lock(digest, ignored -> {});
    }

    /**
     * The right to make what has this digest, among all threads and processes. Not reentrant.
     *
     * @param waiting is told the digest, once, if another has it
     * @throws ImageException of kind LOCKED if it is not had within the lock timeout, INTERRUPTED
     */
    public Lock lock(Digest digest, Consumer<Digest> waiting) {
        return lockAll(List.of(digest), waiting);
    }

    /**
     * As {@link #lock(Digest, Consumer)} for several, taken in an order that all agree on. All or
     * none.
     */
    public Lock lockAll(Collection<Digest> digests, Consumer<Digest> waiting) {
        writable();
        return locks.lockAll(digests, waiting);
    }

    /**
     * Keeps what is named from being pruned, whether it is there yet or not. In a read-only store
     * only what is there, and the process that fills it must be of this library.
     */
    public Lease lease(
            Collection<Digest> blobs, Collection<Digest> layers, Collection<Digest> chains) {
        Roots roots = Roots.of(blobs, layers, chains);
        return readOnly ? HeldLease.take(root, roots) : WrittenLease.take(root, this::share, roots);
    }

    /**
     * Says what a name means from now on.
     *
     * @param name the image's name in its one normal form
     * @param json the document, which has the name in it
     */
    public void setImage(String name, byte[] json) {
        writable();
        images.set(name, json, this::share);
    }

    /** The document of a name. What it says is for the caller to judge, and to check the name. */
    public Optional<byte[]> image(String name) {
        return images.read(name);
    }

    /** The documents of all names. */
    public List<byte[]> images() {
        return List.copyOf(images.readAll().values());
    }

    /** The same by the name of the file, which is the hash of the image's. */
    public Map<String, byte[]> imagesByFile() {
        return images.readAll();
    }

    /** Forgets a name. Returns whether there was one. */
    public boolean removeImage(String name) {
        writable();
        return images.remove(name);
    }

    /**
     * Removes what no image and nobody alive needs, and what the dead have left. Works on a full
     * disk.
     *
     * @param rootsOfImage what an image's document needs. May read blobs; must not publish, lease
     *     or name anything. What it throws ends the pruning, and nothing is lost
     * @param minimumAge how long ago a thing must have been published, such as {@link #MINIMUM_AGE}
     */
    public Removed prune(Function<byte[], Roots> rootsOfImage, Duration minimumAge) {
        writable();
        pruning.set(true);
        try {
            Pruning run = new Pruning(root, images, rootsOfImage, minimumAge);
            return run.run(() -> StoreLock.exclusive(root, lockTimeout));
        } finally {
            pruning.remove();
        }
    }

    private StoreLock share() {
        if (pruning.get()) {
            throw new IllegalStateException("the store is being pruned by this very thread");
        }
        return StoreLock.shared(root, lockTimeout);
    }

    /**
     * Did the machine go down while somebody wrote here, or after somebody did who does not sync?
     * True until {@link #verified}.
     */
    public boolean needsVerification() {
        return sessions.needsVerification();
    }

    /** Everything has been read again, and what was damaged put away. */
    public void verified() {
        writable();
        sessions.verified();
    }

    private void writable() {
        if (readOnly) {
            throw StoreFailure.store(
                    "write to the store",
                    root.path().toString(),
                    "it was opened as a read-only store",
                    "");
        }
    }

    /** Lets go of the store; leases, locks and ingests go on. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            sessions.end();
            root.release();
        }
    }

    @Override
    public String toString() {
        return root.path() + (readOnly ? " (read-only)" : "");
    }
}
