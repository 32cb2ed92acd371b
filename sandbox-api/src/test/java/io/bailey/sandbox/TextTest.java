package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTest {

    @Test
    void refusesANul() {
        rejected(
                () -> Text.whole("workdir", "/a\0/b"),
                "workdir: \"/a\\u{0}/b\" has a NUL character at index 2");
    }

    @Test
    void refusesAnUnpairedSurrogate() {
        rejected(
                () -> Text.whole("workdir", "/\ud800"),
                "workdir: \"/\\u{d800}\" has an unpaired surrogate and no UTF-8 form");
        assertThat(Text.whole("workdir", "/\ud83d\ude00")).isEqualTo("/\ud83d\ude00");
    }

    @Test
    void countsBytesNotCharacters() {
        assertThat(Text.bounded("name", "\u00e9\u00e9", 4)).isEqualTo("\u00e9\u00e9");
        rejected(
                () -> Text.bounded("name", "\u00e9\u00e9", 3),
                "name: \"\u00e9\u00e9\" has 4 bytes, more than the 3 allowed");
    }

    @Test
    void refusesNothingAtAll() {
        rejected(() -> Text.filled("name", "", 3), "name: must not be empty");
        assertThat(Text.bounded("value", "", 3)).isEmpty();
    }

    @Test
    void quotesWhatATerminalWouldObey() {
        assertThat(Text.quote("a\"b\\c\u001b[31m\n\u202e"))
                .isEqualTo("\"a\\\"b\\\\c\\u{1b}[31m\\u{a}\\u{202e}\"");
    }

    @Test
    void cutsLongValues() {
        assertThat(Text.quote("x".repeat(80))).isEqualTo("\"" + "x".repeat(80) + "\"");
        assertThat(Text.quote("x".repeat(81))).isEqualTo("\"" + "x".repeat(80) + "\u2026\"");
        assertThat(Text.quote("\ud83d\ude00".repeat(81)))
                .isEqualTo("\"" + "\ud83d\ude00".repeat(80) + "\u2026\"");
    }
}
