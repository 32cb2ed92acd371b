package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;

import java.util.Collection;
import java.util.List;

/**
 * What a living sandbox, or a pull, needs: {@link Store#prune} leaves it alone until this is
 * closed, or the process dead. It names things; they need not be there yet. So take it first and
 * look after that.
 */
public sealed interface Lease extends AutoCloseable permits WrittenLease, HeldLease {

    /** Needs more. */
    void extend(Collection<Digest> blobs, Collection<Digest> layers, Collection<Digest> chains);

    /**
     * What holds it: as long as these are open somewhere, and it has not been closed, it lasts,
     * beyond this process too.
     */
    List<Integer> descriptors();

    /** Needs none of it any more; once. The store may have been closed before. */
    @Override
    void close();
}
