package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Removes what nobody needs, in two phases: under the exclusive lock what is not marked goes into
 * the trash, by renames; without a lock the trash is emptied.
 */
final class Pruning {
    private final Root root;
    private final ImageFiles images;
    private final Function<byte[], Roots> rootsOfImage;
    private final long minimumAge;

    /** Documents that have been read, by their digest: under the lock only new ones are. */
    private final Map<Digest, Roots> known = new HashMap<>();

    private final Map<Kind, Integer> moved = new EnumMap<>(Kind.class);

    Pruning(
            Root root,
            ImageFiles images,
            Function<byte[], Roots> rootsOfImage,
            Duration minimumAge) {
        this.root = root;
        this.images = images;
        this.rootsOfImage = rootsOfImage;
        this.minimumAge = minimumAge.toSeconds();
    }

    Removed run(Supplier<StoreLock> exclusive) {
        Leftovers leftovers = Leftovers.sweep(root);
        markImages(new Marks());
        Marks leased;
        try (StoreLock _ = exclusive.get()) {
            leased = Leases.living(root);
            Marks needed = new Marks();
            needed.add(leased.roots());
            markImages(needed);
            moveRest(needed);
        }
        syncMoves();
        long bytes = new Trash(root).empty(leased);
        Ballast.load(root);
        return new Removed(
                moved.getOrDefault(Kind.BLOB, 0),
                moved.getOrDefault(Kind.LAYER, 0),
                moved.getOrDefault(Kind.CHAIN, 0),
                leftovers.count(),
                bytes + leftovers.bytes());
    }

    private void markImages(Marks marks) {
        for (byte[] json : images.readAll().values()) {
            marks.add(known.computeIfAbsent(Digest.sha256(json), key -> rootsOfImage.apply(json)));
        }
    }

    private void moveRest(Marks needed) {
        for (Kind kind : Kind.values()) {
            for (String directory : kind.directories()) {
                for (String name : root.names(directory)) {
                    Optional<Digest> digest = kind.digest(directory, name);
                    if (digest.isPresent() && !needed.has(kind, digest.get())) {
                        moveOld(kind, digest.get());
                    }
                }
            }
        }
    }

    private void moveOld(Kind kind, Digest digest) {
        String path = kind.path(digest);
        long changed = Disk.changed(root.linux(), root.fd(), path);
        if (changed < 0 || Instant.now().getEpochSecond() - changed < minimumAge) {
            return;
        }
        int fd = Claim.takeStale(root, path);
        if (fd == -Errno.EAGAIN) {
            return; // Leased by somebody who only reads this store.
        }
        int r = move(path, Trash.place(kind, digest));
        if (fd >= 0) {
            root.linux().close(fd);
        }
        if (r != -Errno.ENOENT) {
            root.check(r, "prune", path);
            moved.merge(kind, 1, Integer::sum);
        }
    }

    private int move(String from, String to) {
        int r = root.rename(from, to, 0);
        return r == -Errno.ENOSPC && Ballast.drop(root) ? root.rename(from, to, 0) : r;
    }

    /**
     * A file system may write the removal of what is inside before the rename: after a power
     * failure a part of the object would then be back in its place.
     */
    private void syncMoves() {
        for (Kind kind : moved.keySet()) {
            kind.directories().forEach(root::syncDirectory);
        }
        if (!moved.isEmpty()) {
            root.syncDirectory(Trash.DIRECTORY);
        }
    }
}
