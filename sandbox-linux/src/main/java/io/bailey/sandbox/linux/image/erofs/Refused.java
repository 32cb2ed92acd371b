package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.image.tar.TarEntry;

/** What is wrong with an entry, said in one way. */
final class Refused {
    private static final String STEP = "merge layer";

    private Refused() {}

    static ImageException entry(TarEntry entry, String why) {
        return new ImageException(Kind.MALFORMED_LAYER, STEP, subject(entry), why, "");
    }

    static ImageException limit(TarEntry entry, String why) {
        return new ImageException(
                Kind.LIMIT_EXCEEDED, STEP, subject(entry), why, "raise it in ImageLimits");
    }

    private static String subject(TarEntry entry) {
        return "entry " + entry.number() + " " + RawNames.show(entry.name());
    }
}
