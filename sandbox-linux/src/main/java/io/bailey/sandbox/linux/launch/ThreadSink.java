package io.bailey.sandbox.linux.launch;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hands chunks to code of the caller's (a consumer of lines, a stream, a file), which may block as
 * long as it likes, on a thread of its own. While more than {@value #HIGH_WATER} bytes wait, the
 * pipe is not read, so the command blocks in write(2) as it would with any slow reader.
 */
final class ThreadSink implements Sink {
    private static final int HIGH_WATER = 1 << 20;

    private final Target target;
    private final Delivery delivery;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
    private Optional<Runnable> resume = Optional.empty();
    private Optional<Thread> drainer = Optional.empty();
    private long waiting;
    private boolean ended;
    private boolean broken;

    /** The caller's code. */
    interface Target {
        void write(byte[] chunk) throws Exception;

        /** All has been written. */
        void close() throws Exception;

        /** Lets go of what is ours, however it ended. */
        default void release() {
            // A consumer is the caller's.
        }
    }

    /**
     * @param delivery for whom, and who is told when the caller's code throws
     */
    ThreadSink(Target target, Delivery delivery) {
        this.target = target;
        this.delivery = delivery;
        delivery.begin(this::drain);
    }

    @Override
    public boolean accept(ByteBuffer bytes, Runnable whenThereIsRoom) {
        byte[] chunk = new byte[bytes.remaining()];
        bytes.get(chunk);
        lock.lock();
        try {
            if (broken) {
                return true;
            }
            chunks.add(chunk);
            waiting += chunk.length;
            changed.signal();
            if (waiting < HIGH_WATER) {
                return true;
            }
            resume = Optional.of(whenThereIsRoom);
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<Void> end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        return done;
    }

    @Override
    public void cancel() {
        giveUp();
        done.complete(null);
        lock.lock();
        try {
            drainer.ifPresent(Thread::interrupt);
        } finally {
            lock.unlock();
        }
    }

    private void drain() {
        setDrainer(Optional.of(Thread.currentThread()));
        try {
            Optional<byte[]> chunk = next();
            while (chunk.isPresent()) {
                target.write(chunk.get());
                chunk = next();
            }
            target.close();
            done.complete(null);
        } catch (Throwable failure) {
            // The caller's own code threw, whatever it is: the caller gets it back with the result.
            done.completeExceptionally(failure);
            giveUp();
            delivery.broke();
        } finally {
            setDrainer(Optional.empty());
            target.release();
        }
    }

    private void setDrainer(Optional<Thread> thread) {
        lock.lock();
        try {
            drainer = thread;
        } finally {
            lock.unlock();
        }
    }

    private Optional<byte[]> next() throws InterruptedException {
        Optional<Runnable> roomAgain = Optional.empty();
        Optional<byte[]> chunk;
        lock.lock();
        try {
            while (chunks.isEmpty() && !ended && !broken) {
                changed.await();
            }
            chunk = Optional.ofNullable(chunks.poll());
            waiting -= chunk.map(c -> c.length).orElse(0);
            if (waiting < HIGH_WATER / 2) {
                roomAgain = resume;
                resume = Optional.empty();
            }
        } finally {
            lock.unlock();
        }
        roomAgain.ifPresent(Runnable::run);
        return chunk;
    }

    private void giveUp() {
        Optional<Runnable> roomAgain;
        lock.lock();
        try {
            broken = true;
            chunks.clear();
            waiting = 0;
            roomAgain = resume;
            resume = Optional.empty();
        } finally {
            lock.unlock();
        }
        roomAgain.ifPresent(Runnable::run);
    }
}
