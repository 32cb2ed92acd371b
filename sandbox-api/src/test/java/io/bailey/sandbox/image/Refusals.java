package io.bailey.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.image.ImageException.Kind;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Says what a test of something refused says over and over. */
final class Refusals {

    private Refusals() {}

    /** Expects a reference that is not well-formed, and a message with all of these. */
    static void refused(ThrowingCallable call, String... words) {
        refused(Kind.INVALID_REFERENCE, call, words);
    }

    /** Expects a failure of this kind, and a message with all of these. */
    static void refused(Kind kind, ThrowingCallable call, String... words) {
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(call)
                .satisfies(failure -> {
                    assertThat(failure.kind()).isEqualTo(kind);
                    for (String word : words) {
                        assertThat(failure.getMessage()).contains(word);
                    }
                });
    }
}
