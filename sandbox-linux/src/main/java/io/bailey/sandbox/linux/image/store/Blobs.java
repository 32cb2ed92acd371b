package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Stat;

import java.nio.file.Path;
import java.util.Optional;

/** The files of a store that are named by their own digest: looked at, read, and healed. */
final class Blobs {
    private final Root root;
    private final Optional<Trash> trash;

    /**
     * @param trash where damaged ones go; without it they stay and count as absent
     */
    Blobs(Root root, Optional<Trash> trash) {
        this.root = root;
        this.trash = trash;
    }

    Optional<Path> find(Digest digest) {
        String path = Kind.BLOB.path(digest);
        return root.look(path).isRegular() ? Optional.of(root.path(path)) : Optional.empty();
    }

    /** As {@link #find}, if it is as long as it should be. */
    Optional<Path> find(Digest digest, long size) {
        Stat stat = root.look(Kind.BLOB.path(digest));
        if (stat.isRegular() && stat.size() != size) {
            heal(digest, stat);
            return Optional.empty();
        }
        return find(digest);
    }

    byte[] read(Digest digest, long most) {
        return Content.withFile(root, Kind.BLOB.path(digest), file -> verified(digest, file, most))
                .flatMap(bytes -> bytes)
                .orElseThrow(() -> absent(digest));
    }

    private Optional<byte[]> verified(Digest digest, Fd file, long most) {
        byte[] bytes = Content.bytes(root, file, Kind.BLOB.path(digest), most);
        java.security.MessageDigest hash = digest.algorithm().start();
        hash.update(bytes);
        if (Digest.of(digest.algorithm(), hash).equals(digest)) {
            return Optional.of(bytes);
        }
        heal(digest, root.stat(file.number()));
        return Optional.empty();
    }

    /** Reads all of it. Returns false if it is not there, or is not what its name says. */
    boolean verify(Digest digest) {
        return Content.withFile(root, Kind.BLOB.path(digest), file -> isIntact(digest, file))
                .orElse(false);
    }

    private boolean isIntact(Digest digest, Fd file) {
        Digest actual = Content.hash(root, file, Kind.BLOB.path(digest), digest.algorithm());
        if (!actual.equals(digest)) {
            heal(digest, root.stat(file.number()));
        }
        return actual.equals(digest);
    }

    private void heal(Digest digest, Stat damaged) {
        trash.ifPresent(bin -> bin.discard(Kind.BLOB, digest, Optional.of(damaged)));
    }

    private ImageException absent(Digest digest) {
        return new ImageException(
                ImageException.Kind.NOT_FOUND,
                "read blob",
                digest.toString(),
                "it is not in the store " + root.path() + ", or was damaged there",
                "pull the image again");
    }
}
