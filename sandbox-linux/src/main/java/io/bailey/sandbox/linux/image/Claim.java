package io.bailey.sandbox.linux.image;

import java.nio.file.Path;

/** An image's files, which the store keeps until this is closed. */
public final class Claim implements AutoCloseable {
    private final Mountable files;
    private final Runnable release;

    Claim(Mountable files, Runnable release) {
        this.files = files;
        this.release = release;
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
        release.run();
    }
}
