package io.bailey.sandbox.linux.container.state;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.LogLine;
import io.bailey.sandbox.Logs;
import io.bailey.sandbox.OutputStreamKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

class LogLinesTest {
    private static final Instant T = Instant.parse("2026-01-02T03:04:05.000000006Z");

    private static Logs logs(LogStore store) {
        return new StoredLogs(store::cursor, store::truncated, () -> true, 10, Runnable::run);
    }

    private static List<String> texts(LogStore store) {
        return logs(store).lines().stream().map(LogLine::text).toList();
    }

    private static void out(LogStore store, String text) {
        store.add(OutputStreamKind.STDOUT, T, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private static DiskLog disk(Path directory, long size) {
        return new DiskLog(directory, size, Runnable::run, () -> {});
    }

    /** The same must hold wherever a log is. */
    private static void everywhere(Path directory, Consumer<LogStore> claim) {
        claim.accept(new MemoryLog(1 << 20));
        try (DiskLog log = disk(directory, 1 << 20)) {
            claim.accept(log);
        }
    }

    /** Each look finds more than the last. */
    @Test
    @Timeout(30)
    void whoWritesAllTheTimeKeepsNoReader(@TempDir Path directory) {
        everywhere(
                directory,
                store -> {
                    out(store, "first\n");
                    Logs busy =
                            new StoredLogs(
                                    () -> written(store.cursor(), () -> out(store, "more\n")),
                                    store::truncated,
                                    () -> false,
                                    10,
                                    Runnable::run);
                    assertThat(busy.lines().getFirst().text()).isEqualTo("first");
                    assertThat(busy.tail(1)).hasSize(1);
                    assertThat(busy.lines()).hasSizeBetween(2, 10);
                });
    }

    private static LogCursor written(LogCursor cursor, Runnable meanwhile) {
        return new LogCursor() {
            @Override
            public ByteBuffer next() {
                meanwhile.run();
                return cursor.next();
            }

            @Override
            public long size() {
                return cursor.size();
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    @Test
    void linesAreMadeOfPieces(@TempDir Path directory) {
        everywhere(
                directory,
                store -> {
                    out(store, "one\ntw");
                    store.add(
                            OutputStreamKind.STDERR,
                            T.plusSeconds(1),
                            ByteBuffer.wrap("err\n".getBytes(UTF_8)));
                    store.add(
                            OutputStreamKind.STDOUT,
                            T.plusSeconds(2),
                            ByteBuffer.wrap("o\r\n\nrest".getBytes(UTF_8)));
                    assertThat(logs(store).lines())
                            .containsExactly(
                                    new LogLine(T, OutputStreamKind.STDOUT, "one"),
                                    new LogLine(T.plusSeconds(1), OutputStreamKind.STDERR, "err"),
                                    new LogLine(T, OutputStreamKind.STDOUT, "two"),
                                    new LogLine(T.plusSeconds(2), OutputStreamKind.STDOUT, ""),
                                    new LogLine(T.plusSeconds(2), OutputStreamKind.STDOUT, "rest"));
                    assertThat(store.truncated()).isFalse();
                });
    }

    @Test
    void aLineEndsWithItsLife(@TempDir Path directory) {
        everywhere(
                directory,
                store -> {
                    out(store, "half");
                    store.endLife(T);
                    out(store, "another\n");
                    assertThat(texts(store)).containsExactly("half", "another");
                });
    }

    @Test
    void longLinesAreCutBetweenCharacters(@TempDir Path directory) {
        everywhere(
                directory,
                store -> {
                    out(store, "ä".repeat(LogLines.MAX_LINE) + "\n");
                    List<String> lines = texts(store);
                    assertThat(lines).hasSize(2).allMatch(line -> line.matches("ä+"));
                    assertThat(String.join("", lines)).hasSize(LogLines.MAX_LINE);
                });
    }

    @Test
    void whatIsNoTextIsReplaced(@TempDir Path directory) {
        everywhere(
                directory,
                store -> {
                    store.add(
                            OutputStreamKind.STDOUT,
                            T,
                            ByteBuffer.wrap(new byte[] {'a', (byte) 0xFF, 'b', 0, '\n'}));
                    // A character may come in two pieces.
                    store.add(
                            OutputStreamKind.STDOUT, T, ByteBuffer.wrap(new byte[] {(byte) 0xC3}));
                    store.add(
                            OutputStreamKind.STDOUT,
                            T,
                            ByteBuffer.wrap(new byte[] {(byte) 0xA4, '\n'}));
                    assertThat(texts(store)).containsExactly("a\uFFFDb\0", "ä");
                });
    }

    @Test
    void theOldestGoes(@TempDir Path directory) throws IOException {
        for (LogStore store : List.of(new MemoryLog(8192), disk(directory, 8192))) {
            for (int i = 0; i < 10_000; i++) {
                out(store, i + "\n");
            }
            List<String> lines = texts(store);
            assertThat(lines).hasSizeBetween(50, 250).last().isEqualTo("9999");
            assertThat(lines.getFirst()).isEqualTo(Integer.toString(10_000 - lines.size()));
            assertThat(store.truncated()).isTrue();
            store.close();
        }
        long size = Files.size(directory.resolve("log.0")) + Files.size(directory.resolve("log.1"));
        assertThat(size).isLessThanOrEqualTo(8192);
    }

    @Test
    void memoryIsBoundedAndTakenLate() {
        MemoryLog log = new MemoryLog(1 << 20);
        assertThat(log.held()).isZero();
        out(log, "a little\n");
        assertThat(log.held()).isLessThan(1024);
        for (int i = 0; i < 1_000; i++) {
            out(log, "x".repeat(60_000) + "\n");
            assertThat(log.held()).isLessThanOrEqualTo(1 << 20);
        }
        assertThat(texts(log)).hasSizeGreaterThan(8);
    }

    @Test
    void aChunkLargerThanTheLogKeepsItsEnd(@TempDir Path directory) {
        for (LogStore store : List.of(new MemoryLog(4096), disk(directory, 4096))) {
            out(store, "x".repeat(100_000) + "end\n");
            assertThat(texts(store).getLast()).endsWith("xend");
            store.close();
        }
    }

    /** Whoever wrote it was killed in the middle. */
    @Test
    void aTornRecordIsNotRead(@TempDir Path directory) throws IOException {
        try (DiskLog log = disk(directory, 1 << 20)) {
            out(log, "whole\n");
            out(log, "torn\n");
        }
        Path file = directory.resolve("log.0");
        byte[] all = Files.readAllBytes(file);
        for (int cut = 1; cut < LogRecord.HEADER + 5; cut++) {
            Files.write(file, Arrays.copyOf(all, all.length - cut));
            try (LogStore again = new OnlyRead(directory)) {
                assertThat(texts(again)).containsExactly("whole");
            }
        }
    }

    @Test
    void damageEndsTheReading(@TempDir Path directory) throws IOException {
        try (DiskLog log = disk(directory, 1 << 20)) {
            out(log, "whole\n");
        }
        byte[] noise = new byte[200];
        Arrays.fill(noise, (byte) 0x7F);
        Files.write(directory.resolve("log.0"), noise, StandardOpenOption.APPEND);
        try (LogStore again = new OnlyRead(directory)) {
            assertThat(texts(again)).containsExactly("whole");
        }
    }

    /** As another process does. */
    private record OnlyRead(Path directory) implements LogStore {
        @Override
        public void add(OutputStreamKind stream, Instant time, ByteBuffer bytes) {}

        @Override
        public void endLife(Instant time) {}

        @Override
        public LogCursor cursor() {
            return new DiskCursor(directory);
        }

        @Override
        public boolean truncated() {
            return DiskLog.forgotten(directory);
        }

        @Override
        public void close() {}
    }

    @Test
    void anotherProcessFollowsThroughChangesOfFiles(@TempDir Path directory) throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        StoredLogs reader =
                new StoredLogs(
                        () -> new DiskCursor(directory),
                        () -> false,
                        ended::get,
                        1,
                        task -> Thread.ofPlatform().daemon().start(task));
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch first = new CountDownLatch(1);
        Logs.Following following =
                reader.follow(line -> {
                    seen.add(line.text());
                    first.countDown();
                });
        List<String> written = new ArrayList<>();
        try (DiskLog log = disk(directory, 1 << 20)) {
            out(log, "0\n");
            written.add("0");
            first.await();
            for (int i = 1; i < 20_000; i++) {
                out(log, i + "\n");
                written.add(Integer.toString(i));
            }
        }
        ended.set(true);
        following.await();
        // A reader may be slower than two changes of files; what it has is in order, to the end.
        assertThat(seen).last().isEqualTo("19999");
        assertThat(seen.stream().map(Integer::valueOf).toList()).isSorted().doesNotHaveDuplicates();
        assertThat(written).containsAll(seen);
    }
}
