package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.net.URI;

/** Somebody wants it no longer. */
final class Interrupted {

    private Interrupted() {}

    /** The thread's flag is set again. */
    static ImageException during(Request request) {
        Thread.currentThread().interrupt();
        return told(request.uri());
    }

    /** For those who set the flag later. */
    static ImageException told(URI uri) {
        return new ImageException(Kind.INTERRUPTED, "fetch", Shown.url(uri), "interrupted", "");
    }

    /** What is done together has failed elsewhere: that failure is told. */
    static ImageException givenUp(URI uri) {
        return new ImageException(Kind.INTERRUPTED, "fetch", Shown.url(uri), "given up", "");
    }

    static ImageException closed(Request request) {
        return new ImageException(
                Kind.INTERRUPTED, "fetch", Shown.url(request.uri()), "the store was closed", "");
    }
}
