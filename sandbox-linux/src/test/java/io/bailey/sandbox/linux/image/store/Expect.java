package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.ImageException;

/** The few assertions of JVMs that have none but the library's classes and these. */
final class Expect {
    private Expect() {}

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }

    /** It fails with this kind, some fix, and these words. */
    static void failure(ImageException.Kind kind, Runnable what, String... words) {
        try {
            what.run();
        } catch (ImageException failed) {
            that(failed.kind() == kind && !failed.fix().isEmpty(), failed.kind() + " " + failed);
            for (String word : words) {
                that(failed.toString().contains(word), word + " is in " + failed);
            }
            return;
        }
        throw new AssertionError("did not fail, least of all with " + kind);
    }
}
