package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.linux.image.tar.RawNames;

/** Text of strangers in messages. */
final class Shown {

    private Shown() {}

    static String text(String text) {
        return RawNames.show(RawNames.of(text));
    }
}
