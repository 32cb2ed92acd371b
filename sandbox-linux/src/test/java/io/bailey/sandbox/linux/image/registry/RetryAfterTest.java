package io.bailey.sandbox.linux.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** How long a server wants to be left alone. */
class RetryAfterTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0",
                "7|7",
                "999999999|60",
                "Thu, 1 Jan 2026 00:00:09 GMT|9",
                "Thu, 01 Jan 2026 00:00:09 GMT|9",
                "Wed, 31 Dec 2025 00:00:00 GMT|0",
                "Thu, 01 Jan 2099 00:00:00 GMT|60"
            })
    void readsSecondsAndDates(String header, int seconds) {
        assertThat(RetryAfter.parse(header, CLOCK)).contains(Duration.ofSeconds(seconds));
    }

    @Test
    void takesAnythingElseForNothing() {
        for (String header : new String[] {"", "-1", "soon", "9999999999", "1.5"}) {
            assertThat(RetryAfter.parse(header, CLOCK)).as(header).isEmpty();
        }
    }
}
