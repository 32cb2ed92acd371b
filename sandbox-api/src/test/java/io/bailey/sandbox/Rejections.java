package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Says what a test of a rejected value says over and over. */
final class Rejections {

    private Rejections() {}

    /** Expects a configuration error with exactly this message. */
    static void rejected(ThrowingCallable call, String message) {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(call)
                .withMessage(message);
    }

    /** Expects a configuration error whose message names all of these. */
    static void rejectedNaming(ThrowingCallable call, String... words) {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(call)
                .satisfies(failure -> assertThat(failure.getMessage()).contains(words));
    }
}
