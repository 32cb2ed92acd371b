package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

/**
 * A megabyte that is given up on a full disk: where even a rename takes a block, the store can
 * still be pruned.
 */
final class Ballast {
    private static final String FILE = "ballast";
    private static final long BYTES = 1 << 20;

    /** Where there is little space it is better used for images. */
    private static final long ENOUGH = 8 * BYTES;

    private Ballast() {}

    /** Takes it on, if there is space. */
    static void load(Root root) {
        if (root.stat(FILE).isRegular() || Disk.available(root.linux(), root.fd()) < ENOUGH) {
            return;
        }
        int fd = root.open(FILE, Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL, 0600);
        if (fd >= 0) {
            try (Fd file = root.linux().own(fd)) {
                if (Disk.reserve(root.linux(), file.number(), BYTES) < 0) {
                    drop(root);
                }
            }
        }
    }

    /** Gives it up. Returns whether there was any. */
    static boolean drop(Root root) {
        return root.linux().unlinkat(root.fd(), FILE, 0) == 0;
    }
}
