package io.bailey.sandbox.linux.mount;

/**
 * Mode and owner of a root directory, as the sandbox sees them: an overlay shows those of its
 * writable layer.
 */
public record RootDirectory(int mode, int uid, int gid) {
    public static final RootDirectory USUAL = new RootDirectory(0755, 0, 0);
}
