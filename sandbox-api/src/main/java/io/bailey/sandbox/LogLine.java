package io.bailey.sandbox;

import java.time.Instant;
import java.util.Objects;

/**
 * One line of a {@link Logs log}.
 *
 * @param time when its first byte came
 * @param stream which stream it was written to; standard output for a {@link Command#terminal}
 * @param text the line, decoded as UTF-8, without its end
 * @since 0.1
 */
public record LogLine(Instant time, OutputStreamKind stream, String text) {

    /** Creates a line. */
    public LogLine {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(stream, "stream");
        Objects.requireNonNull(text, "text");
    }
}
