package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.io.IOException;
import java.util.Locale;

/** What java.nio says of a disk, as a failure of the store. */
final class Disks {
    private Disks() {}

    static ImageException failure(String step, String subject, IOException failure) {
        String text = String.valueOf(failure.getMessage());
        String lower = text.toLowerCase(Locale.ROOT);
        // The JDK has no exception of its own for these: strerror(3) of ENOSPC and EDQUOT.
        boolean full = lower.contains("no space left") || lower.contains("disk quota exceeded");
        return new ImageException(
                full ? Kind.NO_SPACE : Kind.STORE,
                step,
                subject,
                failure.getClass().getSimpleName() + ": " + text,
                full ? "prune the store, free some space, or have it elsewhere" : "",
                failure);
    }
}
