package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.ImageLimits;

import org.jspecify.annotations.Nullable;

import java.nio.channels.FileChannel;

/** Reads the entries of an archive on disk; what nobody asks for is not read. */
public final class TarScanner implements LayerEntries {
    private final TarReader reader;

    /** A scanner of a file, which it reads by position and does not close. */
    public TarScanner(FileChannel file, ImageLimits limits) {
        this.reader = new TarReader(new FileInput(file), limits);
    }

    @Override
    public @Nullable TarEntry next() {
        return reader.next();
    }

    @Override
    public void content(Content to) {
        reader.content(to);
    }
}
