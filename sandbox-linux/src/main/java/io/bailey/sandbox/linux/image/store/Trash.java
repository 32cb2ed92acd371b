package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Stat;
import io.bailey.sandbox.linux.sys.TreeRemoval;

import java.util.Optional;

/**
 * What is no longer in the store and not yet removed. A thing keeps its digest in its name here:
 * what somebody alive has leased is not removed under his feet, damaged or not.
 */
final class Trash {
    static final String DIRECTORY = "trash";

    private final Root root;

    Trash(Root root) {
        this.root = root;
    }

    /** Where an object goes. */
    static String place(Kind kind, Digest digest) {
        return DIRECTORY + "/" + kind.label() + "-" + Names.of(digest) + "-" + Names.random();
    }

    /**
     * Takes a damaged object out of the store.
     *
     * @param damaged which file it is; if the name means another by now, that one stays
     */
    void discard(Kind kind, Digest digest, Optional<Stat> damaged) {
        String path = kind.path(digest);
        String place = place(kind, digest);
        int r = root.rename(path, place, 0);
        if (r == -Errno.ENOENT) {
            return;
        }
        root.check(r, "discard", path);
        Stat moved = root.stat(place);
        if (damaged.isPresent() && moved.inode() != damaged.get().inode()) {
            // Somebody has mended it since we read it. If he does so again meanwhile, fine.
            int ignored = root.rename(place, path, Disk.RENAME_NOREPLACE);
            assert ignored <= 0;
        }
        root.syncDirectory(kind.directory(digest));
    }

    /** Removes all but what is leased. Returns the bytes that took. */
    long empty(Marks leased) {
        long bytes = 0;
        for (String name : root.names(DIRECTORY)) {
            if (!isLeased(name, leased)) {
                bytes += remove(name);
            }
        }
        return bytes;
    }

    private static boolean isLeased(String name, Marks leased) {
        String[] words = name.split("-", 2);
        int random = name.lastIndexOf('-');
        Optional<Kind> kind = Kind.of(words[0]);
        return kind.isPresent()
                && random > words[0].length()
                && Names.digest(name.substring(words[0].length() + 1, random))
                        .filter(digest -> leased.has(kind.get(), digest))
                        .isPresent();
    }

    /** Who reads a store that he cannot write to locks the object itself. */
    private long remove(String name) {
        int fd = Claim.takeStale(root, DIRECTORY + "/" + name);
        if (fd == -Errno.EAGAIN) {
            return 0;
        }
        try {
            TreeRemoval.Outcome outcome = root.remove(DIRECTORY, name);
            root.check(outcome.result(), "remove", DIRECTORY + "/" + name);
            return outcome.bytes();
        } finally {
            if (fd >= 0) {
                root.linux().close(fd);
            }
        }
    }
}
