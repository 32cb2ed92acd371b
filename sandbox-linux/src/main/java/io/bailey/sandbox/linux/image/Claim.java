package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.linux.image.store.Lease;

import java.nio.file.Path;
import java.util.List;

/** An image's files, which the store keeps until this is closed. */
public final class Claim implements AutoCloseable {
    private final Mountable files;
    private final Lease lease;

    Claim(Mountable files, Lease lease) {
        this.files = files;
        this.lease = lease;
    }

    /** Whoever keeps these open has the claim too, when this process is gone. */
    public List<Integer> descriptors() {
        return lease.descriptors();
    }

    /** The one directory they are in, for those who may not mount. */
    public Path flat() {
        return switch (files) {
            case Mountable.Flat(var tree) -> tree;
            case Mountable.Stacked stacked -> throw new IllegalStateException("layers: " + stacked);
            case Mountable.Indexed indexed -> throw new IllegalStateException("index: " + indexed);
        };
    }

    /** Where they are. */
    public Mountable files() {
        return files;
    }

    @Override
    public void close() {
        lease.close();
    }
}
