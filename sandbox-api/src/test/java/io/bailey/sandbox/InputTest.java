package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

import java.io.InputStream;
import java.nio.file.Path;

class InputTest {

    @Test
    void textIsUtf8() {
        assertThat(Input.of("\u00e9")).isEqualTo(Input.of(new byte[] {(byte) 0xc3, (byte) 0xa9}));
    }

    @Test
    void copiesBytes() {
        byte[] content = {1, 2};
        Input.Bytes input = (Input.Bytes) Input.of(content);
        content[0] = 9;
        input.content()[1] = 9;
        assertThat(input.content()).containsExactly(1, 2);
    }

    @Test
    void comparesByContent() {
        assertThat(Input.of("a"))
                .isEqualTo(Input.of("a"))
                .hasSameHashCodeAs(Input.of("a"))
                .isNotEqualTo(Input.of("b"))
                .isNotEqualTo(Input.empty());
    }

    @Test
    void doesNotPrintItsContent() {
        assertThat(Input.of("secret")).hasToString("Bytes[content=6 bytes]");
    }

    @Test
    void filesAreAbsolute() {
        assertThat(Input.of(Path.of("in")))
                .isEqualTo(new Input.File(Path.of("in").toAbsolutePath()));
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> Input.of((InputStream) null));
    }
}
