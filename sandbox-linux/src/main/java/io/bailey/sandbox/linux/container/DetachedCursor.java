package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.plan.LogRecord;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Reads the log of a detached container record by record, once. Of its two files the one whose
 * first record came later is being written; when it is full the other is emptied and written next,
 * so a file whose first record has changed is read from its begin.
 */
final class DetachedCursor {
    private static final int CHUNK = 1 << 18;

    /** How often the one who writes may be faster. */
    private static final int MOST_TRIES = 100;

    private static final long NANOS = 1_000_000_000;

    private final Path directory;
    private Optional<Segment> current = Optional.empty();
    private long at;

    /** A file, known by when its first record came. */
    private record Segment(String name, long seconds, long nanos) implements Comparable<Segment> {
        @Override
        public int compareTo(Segment other) {
            int order = Long.compare(seconds, other.seconds);
            return order == 0 ? Long.compare(nanos, other.nanos) : order;
        }
    }

    DetachedCursor(Path directory) {
        this.directory = directory;
    }

    /** How many bytes there are in all, for one that wants no more than what is there now. */
    long size() {
        return size(DetachedFiles.LOG) + size(DetachedFiles.OLDER_LOG);
    }

    private long size(String name) {
        try {
            return Files.size(directory.resolve(name));
        } catch (IOException none) {
            return 0;
        }
    }

    /** The whole records that have come since; empty if none has. */
    ByteBuffer next() {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            List<Segment> there = segments();
            if (there.isEmpty()) {
                return ByteBuffer.allocate(0);
            }
            if (current.isEmpty() || !there.contains(current.get())) {
                current = Optional.of(there.getFirst());
                at = 0;
            }
            Segment reading = current.get();
            ByteBuffer records = read(reading);
            // Emptied while it was read: what we have may be half of the old and half of the new.
            boolean still = segments().contains(reading);
            if (still && records.hasRemaining()) {
                at += records.remaining();
                return records;
            }
            if (still && reading.equals(there.getLast())) {
                return records;
            }
            if (still) {
                current = Optional.of(there.getLast());
                at = 0;
            }
        }
        return ByteBuffer.allocate(0);
    }

    /** Has something been forgotten? The second file is begun when the first has been full. */
    boolean isSecondBegun() {
        return segments().size() > 1;
    }

    /** Those with something in them, the older first. */
    private List<Segment> segments() {
        return List.of(DetachedFiles.LOG, DetachedFiles.OLDER_LOG).stream()
                .flatMap(name -> segment(name).stream())
                .sorted()
                .toList();
    }

    private Optional<Segment> segment(String name) {
        ByteBuffer header = ByteBuffer.allocate(LogRecord.HEADER_BYTES);
        fill(name, header.order(ByteOrder.LITTLE_ENDIAN), 0);
        return header.hasRemaining()
                ? Optional.empty()
                : Optional.of(
                        new Segment(
                                name,
                                header.getLong(LogRecord.SECONDS),
                                header.getLong(LogRecord.NANOS)));
    }

    private ByteBuffer read(Segment segment) {
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        fill(segment.name(), buffer, at);
        buffer.flip();
        int end = 0;
        int length = length(buffer, end);
        while (length > 0) {
            end += length;
            length = length(buffer, end);
        }
        return buffer.slice(0, end).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Of the record at {@code at}; 0 if there is none, or not all of it. */
    private static int length(ByteBuffer buffer, int at) {
        if (buffer.limit() - at < LogRecord.HEADER_BYTES) {
            return 0;
        }
        long nanos = buffer.getLong(at + LogRecord.NANOS);
        long stream = buffer.getLong(at + LogRecord.STREAM);
        long length = buffer.getLong(at + LogRecord.LENGTH);
        boolean whole =
                nanos >= 0
                        && nanos < NANOS
                        && (stream == 1 || stream == 2)
                        && length > 0
                        && length <= buffer.limit() - at - LogRecord.HEADER_BYTES;
        return whole ? LogRecord.HEADER_BYTES + (int) length : 0;
    }

    private void fill(String name, ByteBuffer into, long from) {
        try (FileChannel file =
                FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
            int n = 0;
            long position = from;
            while (into.hasRemaining() && n >= 0) {
                n = file.read(into, position);
                position += Math.max(0, n);
            }
        } catch (IOException none) {
            // It has no log, or has been removed.
            assert !none.toString().isEmpty();
        }
    }
}
