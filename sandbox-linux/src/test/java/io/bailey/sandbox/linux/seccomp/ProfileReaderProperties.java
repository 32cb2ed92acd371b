package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Whatever strangers write is a profile or a ProfileException, and soon. */
class ProfileReaderProperties {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String DOCUMENT = document();
    private static final String[] SCRAPS = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "null",
        "0",
        "-1",
        "1e999",
        "18446744073709551615",
        "99999999999999999999",
        "true",
        "\"\"",
        "{}",
        "[]",
        "[[",
        "\\u0000",
        "NaN",
        "\u00e9",
        "/**/"
    };

    private static String document() {
        try {
            return Files.readString(Path.of("src/test/resources/seccomp/docker-format.json"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void readAndCompile(String text) {
        assertTimeout(
                SOON,
                () -> {
                    try {
                        Profile profile = ProfileReader.read(text);
                        new Machine(FilterCompiler.compile(profile, Filters.X86));
                    } catch (ProfileException refused) {
                        assertThat(refused).hasMessageNotContaining("\n\n");
                    }
                });
    }

    @Property(tries = 1000)
    void anyBytes(@ForAll @Size(max = 200) byte[] bytes) {
        readAndCompile(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    @Property(tries = 2000)
    void aDocumentWithScrapsInIt(
            @ForAll @Size(min = 1, max = 4) int[] places, @ForAll @IntRange(max = 21) int scrap) {
        StringBuilder text = new StringBuilder(DOCUMENT);
        for (int place : places) {
            int at = Math.floorMod(place, text.length());
            int end = Math.min(text.length(), at + Math.floorMod(place >>> 8, 12));
            text.replace(at, end, SCRAPS[scrap]);
        }
        readAndCompile(text.toString());
    }

    @Property(tries = 300)
    void aDocumentCutShort(@ForAll @IntRange(max = 3000) int length) {
        readAndCompile(DOCUMENT.substring(0, Math.min(length, DOCUMENT.length())));
    }
}
