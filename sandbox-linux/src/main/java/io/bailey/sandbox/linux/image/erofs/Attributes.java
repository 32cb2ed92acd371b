package io.bailey.sandbox.linux.image.erofs;

import java.util.List;

/**
 * What stat(2) and listxattr(2) say of a file, except of its links.
 *
 * @param permissions 07777
 * @param uid an unsigned number
 * @param gid an unsigned number
 * @param xattrs sorted by name
 */
record Attributes(int permissions, int uid, int gid, long seconds, int nanos, List<Xattr> xattrs) {
    private static final int IMPLIED = 0755;

    /**
     * A directory that no layer describes but that something is in: root's, 0755, and as old as
     * time itself, so that equal layers make equal trees.
     */
    static Attributes implied() {
        return new Attributes(IMPLIED, 0, 0, 0, 0, List.of());
    }
}
