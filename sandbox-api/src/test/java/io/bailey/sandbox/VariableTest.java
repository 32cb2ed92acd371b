package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class VariableTest {

    @Test
    void refusesABadName() {
        rejected(() -> Variable.check("", "v"), "env name: must not be empty");
        rejected(() -> Variable.check("A=", "v"), "env name: \"A=\" has a '='");
        rejected(
                () -> Variable.check("A\0", "v"),
                "env name: \"A\\u{0}\" has a NUL character at index 1");
    }

    @Test
    void namesTheVariableButNotItsValue() {
        rejected(
                () -> Variable.check("A", "secret\0"),
                "env: the value of \"A\" has a NUL character at index 6");
        rejected(
                () -> Variable.check("A", "secret\ud800"),
                "env: the value of \"A\" has an unpaired surrogate and no UTF-8 form");
        rejected(
                () -> Variable.check("A", "x".repeat(131_070)),
                "env: \"A\" and its value have 131072 bytes, more than the 131071 allowed");
    }

    @Test
    void acceptsTheLongest() {
        assertThatCode(() -> Variable.check("A", "x".repeat(131_069))).doesNotThrowAnyException();
    }

    @Test
    void acceptsAnEmptyValue() {
        assertThatCode(() -> Variable.check("A", "")).doesNotThrowAnyException();
    }
}
