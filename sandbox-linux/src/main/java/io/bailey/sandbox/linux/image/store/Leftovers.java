package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.linux.sys.TreeRemoval;

/**
 * What processes leave that are killed: half-made things, leases, locks. Each was locked while its
 * owner lived, so what can be locked is a dead one's.
 */
final class Leftovers {
    private final Root root;
    private int count;
    private long bytes;

    private Leftovers(Root root) {
        this.root = root;
    }

    /** Removes them all. */
    static Leftovers sweep(Root root) {
        Leftovers leftovers = new Leftovers(root);
        leftovers.sweep(Ingest.DIRECTORY, "");
        leftovers.sweep(DigestLocks.DIRECTORY, "");
        leftovers.sweep(Leases.DIRECTORY, Leases.PREFIX);
        return leftovers;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    private void sweep(String directory, String prefix) {
        for (String name : root.names(directory)) {
            if (name.startsWith(prefix)) {
                remove(directory, name);
            }
        }
    }

    private void remove(String directory, String name) {
        int fd = Claim.takeStale(root, directory + "/" + name);
        if (fd < 0) {
            return; // Somebody alive has it, or it is gone.
        }
        try {
            TreeRemoval.Outcome outcome = root.remove(directory, name);
            count += outcome.result() == 0 ? 1 : 0;
            bytes += outcome.bytes();
        } finally {
            root.linux().close(fd);
        }
    }
}
