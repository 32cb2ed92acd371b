package io.bailey.sandbox.image;

/**
 * How the layers of an image lie in the store.
 *
 * @since 0.1
 */
public enum LayerBackend {
    /** {@link #TAR_INDEX} where this host can, {@link #DIRECTORIES} elsewhere. */
    AUTO,
    /** Each layer is a directory of its files; an overlay puts them together. Works everywhere. */
    DIRECTORIES,
    /**
     * Each layer stays the one archive that it is, and a small EROFS index finds the files in all
     * of them. Needs root, Linux 6.12 with EROFS, and a store on a file system with files that can
     * be mounted (ext4, XFS, Btrfs; not tmpfs).
     */
    TAR_INDEX
}
