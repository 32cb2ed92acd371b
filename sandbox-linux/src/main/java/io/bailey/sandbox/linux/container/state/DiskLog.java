package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.OutputStreamKind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A log in two files, {@code log.0} with the newest records and {@code log.1} with those before:
 * when the first has half of the size it becomes the second. A worker writes what has come up to
 * then; what comes faster than the disk takes it is left out.
 */
public final class DiskLog implements LogStore {
    static final String NEWEST = "log.0";
    static final String OLDER = "log.1";

    private static final System.Logger LOG = System.getLogger(DiskLog.class.getName());
    private static final int FIRST_BATCH = 8 << 10;
    private static final int MAX_PENDING = 4 << 20;
    private static final int LARGEST_RECORD = 64 << 10;

    private final Path directory;
    private final long segment;
    private final int largestRecord;
    private final Executor workers;
    private final Runnable written;

    /** Guards what is pending; never held while something is written. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Held by whoever writes. */
    private final ReentrantLock writing = new ReentrantLock();

    private @Nullable ByteBuffer pending;
    private boolean scheduled;
    private volatile boolean lost;
    private boolean complained;
    private @Nullable FileChannel newest;

    /**
     * @param directory where; it is there
     * @param size the bytes to keep at most
     * @param workers run what may block
     * @param written told when there is more to read
     */
    public DiskLog(Path directory, long size, Executor workers, Runnable written) {
        this.directory = directory;
        this.segment = size / 2;
        this.largestRecord = (int) Math.min(LARGEST_RECORD, segment / 2);
        this.workers = workers;
        this.written = written;
    }

    @Override
    public void add(OutputStreamKind stream, Instant time, ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int length = Math.min(bytes.remaining(), largestRecord - LogRecord.HEADER);
            append(time, LogRecord.number(stream), bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + length);
        }
    }

    @Override
    public void endLife(Instant time) {
        append(time, 0, ByteBuffer.allocate(0));
        flush();
    }

    private void append(Instant time, long stream, ByteBuffer bytes) {
        lock.lock();
        try {
            int length = LogRecord.HEADER + bytes.remaining();
            ByteBuffer batch = pending == null ? ByteBuffer.allocate(FIRST_BATCH) : pending;
            if (batch.remaining() < length) {
                if (batch.position() + length > MAX_PENDING) {
                    lost = true;
                    return;
                }
                int size =
                        Math.min(
                                MAX_PENDING,
                                Math.max(2 * batch.capacity(), batch.position() + length));
                batch = ByteBuffer.allocate(size).put(batch.flip());
            }
            LogRecord.put(batch, time, stream, bytes);
            pending = batch;
            if (scheduled) {
                return;
            }
            scheduled = true;
        } finally {
            lock.unlock();
        }
        workers.execute(this::flush);
    }

    /** Writes what has come up to now. */
    void flush() {
        writing.lock();
        try {
            ByteBuffer batch = takePending();
            if (batch != null) {
                write(batch.flip().order(ByteOrder.LITTLE_ENDIAN));
            }
        } finally {
            writing.unlock();
        }
        written.run();
    }

    private @Nullable ByteBuffer takePending() {
        lock.lock();
        try {
            ByteBuffer batch = pending;
            pending = null;
            scheduled = false;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void write(ByteBuffer batch) {
        try {
            while (batch.hasRemaining()) {
                FileChannel file = newest();
                int fitting = fitting(batch, segment - file.position());
                if (fitting == 0) {
                    rotate(file);
                    continue;
                }
                append(file, batch.slice(batch.position(), fitting));
                batch.position(batch.position() + fitting);
            }
        } catch (IOException failed) {
            lost = true;
            if (!complained) {
                complained = true;
                LOG.log(Level.WARNING, "the log in " + directory + " is not whole", failed);
            }
        }
    }

    /** How many bytes of whole records fit into {@code room}. */
    private static int fitting(ByteBuffer batch, long room) {
        ByteBuffer rest = batch.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int length = LogRecord.length(rest);
        while (length > 0 && rest.position() - batch.position() + length <= room) {
            rest.position(rest.position() + length);
            length = LogRecord.length(rest);
        }
        return rest.position() - batch.position();
    }

    private FileChannel newest() throws IOException {
        FileChannel file = newest;
        if (file == null) {
            file =
                    FileChannel.open(
                            directory.resolve(NEWEST),
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            file.position(file.size());
            newest = file;
        }
        return file;
    }

    private void rotate(FileChannel full) throws IOException {
        full.close();
        newest = null;
        Files.move(
                directory.resolve(NEWEST),
                directory.resolve(OLDER),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** All or nothing: after half a record nobody finds the next one. */
    private static void append(FileChannel file, ByteBuffer records) throws IOException {
        long before = file.position();
        try {
            while (records.hasRemaining()) {
                file.write(records);
            }
        } catch (IOException failed) {
            file.truncate(before);
            throw failed;
        }
    }

    @Override
    public boolean truncated() {
        return lost || forgotten(directory);
    }

    /** Whether a log has had more than two files: then its oldest does not begin with the first. */
    public static boolean forgotten(Path directory) {
        return Files.exists(directory.resolve(OLDER));
    }

    @Override
    public LogCursor cursor() {
        flush();
        return new DiskCursor(directory);
    }

    @Override
    public void close() {
        flush();
        writing.lock();
        try {
            FileChannel file = newest;
            if (file != null) {
                newest = null;
                file.close();
            }
        } catch (IOException failed) {
            LOG.log(Level.DEBUG, "closing the log in " + directory, failed);
        } finally {
            writing.unlock();
        }
    }
}
