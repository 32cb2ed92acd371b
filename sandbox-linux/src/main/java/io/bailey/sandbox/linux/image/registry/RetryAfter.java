package io.bailey.sandbox.linux.image.registry;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The header Retry-After, RFC 9110, section 10.2.3: seconds or a date. */
final class RetryAfter {
    /** Longer is waited for nobody. */
    static final Duration MOST = Duration.ofMinutes(1);

    private RetryAfter() {}

    static Optional<Duration> parse(String header, Clock clock) {
        if (header.matches("\\d{1,9}")) {
            return Optional.of(capped(Duration.ofSeconds(Long.parseLong(header))));
        }
        try {
            Instant date =
                    ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return Optional.of(capped(Duration.between(clock.instant(), date)));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static Duration capped(Duration wait) {
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(MOST) > 0 ? MOST : wait;
    }
}
