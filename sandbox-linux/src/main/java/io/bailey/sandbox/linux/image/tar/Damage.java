package io.bailey.sandbox.linux.image.tar;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** A blob's bytes are not compressed data of their kind. */
final class Damage extends IOException {
    private static final long serialVersionUID = 1L;

    /** What is said wherever data ends too early. */
    static final String CUT = "it ends in the middle of its compressed data";

    Damage(String reason) {
        this(reason, null);
    }

    Damage(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }
}
