package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.LogLine;
import io.bailey.sandbox.Logs;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The lines of a log, wherever its records are. */
public final class StoredLogs implements Logs {
    private static final System.Logger LOG = System.getLogger(StoredLogs.class.getName());

    private final Supplier<LogCursor> cursors;
    private final BooleanSupplier truncated;
    private final BooleanSupplier ended;
    private final long pauseMillis;
    private final Executor workers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private long changes;

    /**
     * @param ended whether nothing more will come
     * @param pauseMillis after which a follower looks again, told or not
     * @param workers run the callers' consumers
     */
    public StoredLogs(
            Supplier<LogCursor> cursors,
            BooleanSupplier truncated,
            BooleanSupplier ended,
            long pauseMillis,
            Executor workers) {
        this.cursors = cursors;
        this.truncated = truncated;
        this.ended = ended;
        this.pauseMillis = pauseMillis;
        this.workers = workers;
    }

    /** There is more to read, or nothing more will come. */
    public void changed() {
        lock.lock();
        try {
            changes++;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<LogLine> lines() {
        List<LogLine> lines = new ArrayList<>();
        LogLines assembly = new LogLines(lines::add);
        try (LogCursor cursor = cursors.get()) {
            // One that writes faster than this reads would keep it for ever.
            long left = cursor.size();
            while (left > 0) {
                ByteBuffer records = cursor.next();
                // Where nothing comes, something has been forgotten since.
                left = records.hasRemaining() ? left - records.remaining() : 0;
                assembly.take(records);
            }
        }
        assembly.end();
        return lines;
    }

    @Override
    public boolean truncated() {
        return truncated.getAsBoolean();
    }

    @Override
    public Following follow(Consumer<LogLine> consumer) {
        Follower follower = new Follower(consumer);
        workers.execute(follower::run);
        return follower;
    }

    private final class Follower implements Following {
        private final Consumer<LogLine> consumer;
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile boolean closed;

        Follower(Consumer<LogLine> consumer) {
            this.consumer = consumer;
        }

        void run() {
            LogLines assembly = new LogLines(this::deliver);
            try (LogCursor cursor = cursors.get()) {
                boolean last = false;
                while (!closed && !last) {
                    long seen = seen();
                    // Asked before it is read: then what is read is all.
                    last = ended.getAsBoolean();
                    drain(cursor, assembly);
                    if (!last) {
                        await(seen);
                    }
                }
                assembly.end();
            } catch (RuntimeException | Error failure) {
                LOG.log(Level.WARNING, "who followed a log has failed", failure);
            } finally {
                over.countDown();
            }
        }

        private void drain(LogCursor cursor, LogLines assembly) {
            ByteBuffer records = cursor.next();
            while (records.hasRemaining() && !closed) {
                assembly.take(records);
                records = cursor.next();
            }
        }

        private void deliver(LogLine line) {
            if (!closed) {
                consumer.accept(line);
            }
        }

        private long seen() {
            lock.lock();
            try {
                return changes;
            } finally {
                lock.unlock();
            }
        }

        private void await(long seen) {
            lock.lock();
            try {
                long rest = TimeUnit.MILLISECONDS.toNanos(pauseMillis);
                while (changes == seen && !closed && rest > 0) {
                    rest = more.awaitNanos(rest);
                }
            } catch (InterruptedException interrupted) {
                // A consumer's doing: nobody else knows this thread.
                closed = true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void await() throws InterruptedException {
            over.await();
        }

        @Override
        public void close() {
            closed = true;
            over.countDown();
            changed();
        }
    }
}
