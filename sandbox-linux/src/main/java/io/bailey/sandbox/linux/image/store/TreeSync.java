package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.linux.sys.DirectoryReader;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Linux;

/**
 * Puts a directory on the disk. A few files are synced one by one; of a whole tree that would take
 * far longer than syncfs(2), which in turn waits for what all others have written.
 */
final class TreeSync {
    private static final int FEW = 16;

    private TreeSync() {}

    /** Returns 0 or −errno. */
    static int run(Linux linux, int directory) {
        DirectoryReader.Names read = DirectoryReader.names(linux, directory, ".");
        if (read.result() < 0) {
            return read.result();
        }
        boolean flat =
                read.names().size() <= FEW
                        && read.names().stream().allMatch(name -> isFile(linux, directory, name));
        return flat ? syncEach(linux, directory, read.names()) : Disk.syncfs(linux, directory);
    }

    private static boolean isFile(Linux linux, int directory, String name) {
        return name.chars().allMatch(c -> c < 0x80)
                && linux.stat(directory, name, Disk.AT_SYMLINK_NOFOLLOW).isRegular();
    }

    private static int syncEach(Linux linux, int directory, Iterable<String> names) {
        for (String name : names) {
            int fd = linux.openat(directory, name, Linux.O_RDONLY | Linux.O_NOFOLLOW, 0);
            if (fd < 0) {
                return fd;
            }
            int r = Disk.fsync(linux, fd);
            linux.close(fd);
            if (r < 0) {
                return r;
            }
        }
        return Disk.fsync(linux, directory);
    }
}
