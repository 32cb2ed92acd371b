package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

/** New files of random names that are locked as long as their maker lives. */
final class LockedFile {
    private LockedFile() {}

    /**
     * Makes an empty file.
     *
     * @param path with a random part: nobody else makes it, but a sweeper may find it before it is
     *     locked, and take it for a dead one's
     * @param access O_RDWR, or O_RDONLY for one that stays open and empty: it does not stand in the
     *     way of who wants to remount the file system read-only
     */
    static Fd create(Root root, String path, int access) {
        int fd = Claim.take(root, path, access | Linux.O_CREAT, Disk.LOCK_EX);
        while (swept(root, path, fd)) {
            fd = Claim.take(root, path, access | Linux.O_CREAT, Disk.LOCK_EX);
        }
        if (fd < 0) {
            int ignored = root.linux().unlinkat(root.fd(), path, 0);
            assert ignored <= 0;
        }
        return root.linux().own(root.check(fd, "make", path));
    }

    private static boolean swept(Root root, String path, int result) {
        String directory = path.substring(0, path.indexOf('/'));
        return result == -Errno.EAGAIN
                || (result == -Errno.ENOENT && root.stat(directory).isDirectory());
    }
}
