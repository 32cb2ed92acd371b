package io.bailey.sandbox.linux.container.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.LogLine;
import io.bailey.sandbox.OutputStreamKind;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes lines of records, each stream for itself. What is no UTF-8 is replaced; a line may end with
 * CR LF; a longer one than the limit becomes several.
 */
final class LogLines {
    /** As for lines that are handed on as they come. */
    static final int MAX_LINE = 1 << 16;

    private final Map<OutputStreamKind, Pending> pending = new EnumMap<>(OutputStreamKind.class);
    private final Consumer<LogLine> into;

    private static final class Pending {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Instant since = Instant.EPOCH;
    }

    LogLines(Consumer<LogLine> into) {
        this.into = into;
    }

    /** Takes the whole records in {@code records}. Returns how many bytes they were. */
    int take(ByteBuffer records) {
        ByteBuffer rest = records.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int begin = rest.position();
        int length = LogRecord.length(rest);
        while (length > 0) {
            record(rest.slice(rest.position(), length).order(ByteOrder.LITTLE_ENDIAN));
            rest.position(rest.position() + length);
            length = LogRecord.length(rest);
        }
        return rest.position() - begin;
    }

    private void record(ByteBuffer record) {
        Instant time = LogRecord.time(record);
        LogRecord.stream(record)
                .ifPresentOrElse(
                        stream -> {
                            record.position(LogRecord.HEADER);
                            bytes(stream, time, record);
                        },
                        this::end);
    }

    private void bytes(OutputStreamKind stream, Instant time, ByteBuffer bytes) {
        Pending line = pending.computeIfAbsent(stream, _ -> new Pending());
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (line.bytes.size() == 0) {
                line.since = time;
            }
            if (next == '\n') {
                emit(stream, line);
                continue;
            }
            // Not within a character, as far as it is one.
            boolean cut = line.bytes.size() >= MAX_LINE && (next & 0xC0) != 0x80;
            if (cut || line.bytes.size() >= MAX_LINE + 4) {
                emit(stream, line);
                line.since = time;
            }
            line.bytes.write(next);
        }
    }

    private void emit(OutputStreamKind stream, Pending line) {
        String text = line.bytes.toString(UTF_8);
        into.accept(
                new LogLine(
                        line.since,
                        stream,
                        text.endsWith("\r") ? text.substring(0, text.length() - 1) : text));
        line.bytes.reset();
    }

    /** Nothing more comes: what is unfinished is a line too. */
    void end() {
        pending.forEach((stream, line) -> {
            if (line.bytes.size() > 0) {
                emit(stream, line);
            }
        });
    }
}
