package io.bailey.sandbox.linux.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.LogLine;
import io.bailey.sandbox.Logs;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.linux.plan.LogRecord;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The log of a detached container, which its init writes and anybody of its user reads. */
final class DetachedLog implements Logs {
    private static final long LOOK_MILLIS = 50;
    private static final int MOST_LINE = 1 << 16;

    private final Path directory;
    private final BooleanSupplier alive;

    DetachedLog(Path directory, BooleanSupplier alive) {
        this.directory = directory;
        this.alive = alive;
    }

    /** Makes lines of records, each stream for itself. */
    private static final class Lines {
        private final Map<OutputStreamKind, Pending> pending =
                new EnumMap<>(OutputStreamKind.class);
        private final Consumer<LogLine> into;

        private static final class Pending {
            private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            private Instant since = Instant.EPOCH;
        }

        Lines(Consumer<LogLine> into) {
            this.into = into;
        }

        void take(ByteBuffer records) {
            while (records.hasRemaining()) {
                int at = records.position();
                Instant time =
                        Instant.ofEpochSecond(
                                records.getLong(at + LogRecord.SECONDS),
                                records.getLong(at + LogRecord.NANOS));
                OutputStreamKind stream =
                        records.getLong(at + LogRecord.STREAM) == 1
                                ? OutputStreamKind.STDOUT
                                : OutputStreamKind.STDERR;
                byte[] bytes = new byte[(int) records.getLong(at + LogRecord.LENGTH)];
                records.position(at + LogRecord.HEADER_BYTES).get(bytes);
                take(time, stream, bytes);
            }
        }

        private void take(Instant time, OutputStreamKind stream, byte[] bytes) {
            Pending line = pending.computeIfAbsent(stream, kind -> new Pending());
            for (byte b : bytes) {
                if (line.bytes.size() == 0) {
                    line.since = time;
                }
                if (b == '\n') {
                    emit(stream, line);
                } else {
                    if (line.bytes.size() == MOST_LINE) {
                        emit(stream, line);
                        line.since = time;
                    }
                    line.bytes.write(b);
                }
            }
        }

        private void emit(OutputStreamKind stream, Pending line) {
            into.accept(new LogLine(line.since, stream, line.bytes.toString(UTF_8)));
            line.bytes.reset();
        }

        /** What is unfinished is a line too. */
        void end() {
            pending.forEach((stream, line) -> {
                if (line.bytes.size() > 0) {
                    emit(stream, line);
                }
            });
        }
    }

    @Override
    public List<LogLine> lines() {
        List<LogLine> all = new ArrayList<>();
        Lines lines = new Lines(all::add);
        DetachedCursor cursor = new DetachedCursor(directory);
        // One that writes faster than this reads would keep it for ever.
        takeUpTo(cursor.size(), cursor, lines);
        lines.end();
        return all;
    }

    private static void takeUpTo(long most, DetachedCursor cursor, Lines lines) {
        long left = most;
        while (left > 0) {
            ByteBuffer records = cursor.next();
            // Where nothing comes, something has been forgotten since.
            left = records.hasRemaining() ? left - records.remaining() : 0;
            lines.take(records);
        }
    }

    private static void takeAll(DetachedCursor cursor, Lines lines, BooleanSupplier stopped) {
        ByteBuffer records = cursor.next();
        while (records.hasRemaining() && !stopped.getAsBoolean()) {
            lines.take(records);
            records = cursor.next();
        }
    }

    @Override
    public boolean truncated() {
        return new DetachedCursor(directory).isSecondBegun();
    }

    @Override
    public Following follow(Consumer<LogLine> consumer) {
        Follower follower = new Follower(consumer);
        Thread.ofPlatform().name("bailey-log").daemon(true).start(follower);
        return follower;
    }

    /** Looks again and again: who writes it tells nobody. */
    private final class Follower implements Following, Runnable {
        private final Lines lines;
        private final CountDownLatch closed = new CountDownLatch(1);
        private final CountDownLatch done = new CountDownLatch(1);

        Follower(Consumer<LogLine> consumer) {
            this.lines = new Lines(consumer);
        }

        @Override
        public void run() {
            DetachedCursor cursor = new DetachedCursor(directory);
            try {
                boolean more = true;
                while (more) {
                    // Asked before: what the last look finds is all.
                    more = alive.getAsBoolean();
                    takeAll(cursor, lines, () -> closed.getCount() == 0);
                    more &= !closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                }
                if (closed.getCount() > 0) {
                    lines.end();
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } finally {
                done.countDown();
            }
        }

        @Override
        public void await() throws InterruptedException {
            done.await();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
