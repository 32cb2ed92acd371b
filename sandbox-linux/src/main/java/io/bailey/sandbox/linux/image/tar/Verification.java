package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import org.jspecify.annotations.Nullable;

/** Whether bytes are what they were announced as. */
final class Verification {
    private Verification() {}

    /** What is wrong with a blob; null if nothing. */
    static @Nullable ImageException blob(@Nullable Descriptor expected, BlobInput.Read read) {
        if (expected == null) {
            return null;
        }
        if (read.size() != expected.size()) {
            // Of a longer one not more than one byte more is read.
            String size = read.size() > expected.size() ? "more" : "only " + read.size();
            return mismatch("it should have " + expected.size() + " bytes and has " + size);
        }
        return digest("its digest", expected.digest(), read.digest());
    }

    /** What is wrong with a blob, or with its archive; null if nothing. */
    static @Nullable ImageException of(
            @Nullable Descriptor expected,
            BlobInput.Read read,
            @Nullable Digest expectedDiffId,
            Digest diffId) {
        ImageException wrong = blob(expected, read);
        return wrong != null || expectedDiffId == null
                ? wrong
                : digest("its DiffID", expectedDiffId, diffId);
    }

    private static @Nullable ImageException digest(String what, Digest expected, Digest actual) {
        return actual.equals(expected)
                ? null
                : mismatch(what + " should be " + expected + " and is " + actual);
    }

    private static ImageException mismatch(String reason) {
        return new ImageException(Kind.DIGEST_MISMATCH, "read layer", "", reason, "fetch it again");
    }
}
