package io.bailey.sandbox.linux.container.state;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Reads the two files of a log on disk, whoever writes them meanwhile: a file that is renamed while
 * it is read is read to its end, then the next begins.
 */
public final class DiskCursor implements LogCursor {
    private static final int CHUNK = 256 << 10;

    private final Path directory;
    private @Nullable FileChannel current;
    private @Nullable Object identity;
    private long at;

    /**
     * @param directory where a {@link DiskLog} or an init writes
     */
    public DiskCursor(Path directory) {
        this.directory = directory;
    }

    @Override
    public ByteBuffer next() {
        try {
            FileChannel file = current;
            if (file == null) {
                file = open();
            }
            while (file != null) {
                // Asked before it is read: what comes later comes to this file no more.
                boolean last = isNewest();
                ByteBuffer records = read(file);
                if (records.hasRemaining() || last) {
                    return records;
                }
                file = following(file);
            }
        } catch (IOException gone) {
            // Its container has been removed.
            close();
        }
        return ByteBuffer.allocate(0);
    }

    @Override
    public long size() {
        return size(DiskLog.OLDER) + size(DiskLog.NEWEST);
    }

    private long size(String name) {
        try {
            return Files.size(directory.resolve(name));
        } catch (IOException none) {
            return 0;
        }
    }

    private static @Nullable Object identity(Path file) throws IOException {
        try {
            return Files.getAttribute(file, "unix:ino");
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    private boolean isNewest() throws IOException {
        return Objects.equals(identity, identity(directory.resolve(DiskLog.NEWEST)))
                || !Files.exists(directory.resolve(DiskLog.NEWEST));
    }

    /** The older one first. */
    private @Nullable FileChannel open() throws IOException {
        FileChannel older = open(DiskLog.OLDER);
        return older != null ? older : open(DiskLog.NEWEST);
    }

    private @Nullable FileChannel open(String name) throws IOException {
        Path file = directory.resolve(name);
        try {
            while (true) {
                Object before = identity(file);
                FileChannel opened = FileChannel.open(file, StandardOpenOption.READ);
                // Another file may have come to the name in between: which of them is open?
                if (before != null && before.equals(identity(file))) {
                    current = opened;
                    identity = before;
                    at = 0;
                    return opened;
                }
                opened.close();
            }
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    /**
     * If it has become the older one, the newest; else what we missed in between is forgotten.
     * While there is none, for it is just being made, we stay where we are.
     */
    private @Nullable FileChannel following(FileChannel done) throws IOException {
        boolean older = Objects.equals(identity, identity(directory.resolve(DiskLog.OLDER)));
        FileChannel next = older ? open(DiskLog.NEWEST) : open();
        if (next != null) {
            done.close();
        }
        return next;
    }

    /** The whole records from where we are. */
    private ByteBuffer read(FileChannel file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(file.size() - at, 0, CHUNK));
        fill(file, buffer);
        buffer.flip();
        int whole = whole(buffer);
        if (whole == 0 && buffer.remaining() == CHUNK) {
            // Larger than what is read at a time.
            buffer = ByteBuffer.allocate(LogRecord.HEADER + LogRecord.MAX_BYTES);
            fill(file, buffer);
            buffer.flip();
            whole = whole(buffer);
        }
        at += whole;
        return buffer.slice(0, whole).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void fill(FileChannel file, ByteBuffer buffer) throws IOException {
        int n = 0;
        while (buffer.hasRemaining() && n >= 0) {
            n = file.read(buffer, at + buffer.position());
        }
    }

    private static int whole(ByteBuffer buffer) {
        ByteBuffer rest = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int length = LogRecord.length(rest);
        while (length > 0) {
            rest.position(rest.position() + length);
            length = LogRecord.length(rest);
        }
        return rest.position();
    }

    @Override
    public void close() {
        FileChannel file = current;
        current = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException failed) {
                assert !failed.toString().isEmpty();
            }
        }
    }
}
