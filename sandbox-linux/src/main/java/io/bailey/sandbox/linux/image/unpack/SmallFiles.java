package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.FileCalls;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Fills small files, sets their times and closes them, all on a thread of its own: that is a third
 * of what the kernel takes for a small file, and the next one need not wait for it. Names are made
 * by the unpacker alone, in the order of the archive; what becomes of a file that is open already
 * depends on no name.
 */
final class SmallFiles implements AutoCloseable {
    /** A larger one is worth a write of its own. */
    static final int MOST = 64 << 10;

    private static final int FILES = 64;
    private static final int BYTES = 4 * MOST;
    private static final int BATCHES = 3;

    private final FileCalls calls;
    private final BlockingQueue<Batch> free = new ArrayBlockingQueue<>(BATCHES);

    /** With the end, and the last one when it is closed. */
    private final BlockingQueue<Batch> full = new ArrayBlockingQueue<>(BATCHES + 2);

    private final Batch end = new Batch(0);
    private Batch current = new Batch(BYTES);
    private int made = 1;
    private @Nullable Thread thread;
    private volatile @Nullable Throwable failure;

    /**
     * @param calls the unpacker's, which are used until there are files enough for a thread
     */
    SmallFiles(FileCalls calls) {
        this.calls = calls;
    }

    /** Files to be filled, and what with. */
    private static final class Batch {
        final ByteBuffer content;
        final List<File> files = new ArrayList<>(FILES);

        Batch(int bytes) {
            content = ByteBuffer.allocateDirect(bytes);
        }

        boolean hasRoom(long bytes) {
            return files.size() < FILES && content.remaining() >= bytes;
        }
    }

    private record File(int fd, TarEntry entry) {}

    /** Is it small, and whole? */
    static boolean take(TarEntry entry) {
        return entry.size() <= MOST
                && entry.extents().size() <= 1
                && entry.extents().stream().allMatch(it -> it.length() == entry.size());
    }

    /**
     * Takes over an open empty file that wants nothing but content and times.
     *
     * @throws ImageException if this or an earlier one could not be made
     */
    void add(int fd, TarEntry entry, LayerEntries entries) {
        boolean taken = false;
        try {
            if (!current.hasRoom(entry.size())) {
                current = exchange(current);
            }
            check();
            entries.content((position, piece) -> current.content.put(piece));
            current.files.add(new File(fd, entry));
            taken = true;
        } finally {
            if (!taken) {
                calls.close(fd);
            }
        }
    }

    private Batch exchange(Batch batch) {
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("bailey-files").start(this::work);
        }
        full.add(batch);
        // Until the exchange has come back there is none to add to, not even for close().
        current = end;
        Batch next = free.poll();
        if (next == null && made < BATCHES) {
            made++;
            return new Batch(BYTES);
        }
        return next != null ? next : await();
    }

    private Batch await() {
        try {
            Batch next = free.poll(1, TimeUnit.SECONDS);
            while (next == null) {
                check();
                next = free.poll(1, TimeUnit.SECONDS);
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException(
                    Kind.INTERRUPTED, "unpack", "", "the thread was interrupted", "", e);
        }
    }

    private void work() {
        try (FileCalls own = calls.another()) {
            for (Batch batch = full.take(); batch != end; batch = full.take()) {
                finish(batch, own);
                free.add(batch);
            }
        } catch (InterruptedException nobodyDoesThat) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error noMemory) {
            failure = noMemory;
        }
    }

    private void finish(Batch batch, FileCalls with) {
        batch.content.flip();
        for (File file : batch.files) {
            try {
                if (failure == null) {
                    fill(file, batch.content, with);
                }
            } catch (RuntimeException | Error first) {
                failure = first;
            } finally {
                with.close(file.fd());
            }
        }
        batch.files.clear();
        batch.content.clear();
    }

    private static void fill(File file, ByteBuffer content, FileCalls with) {
        TarEntry entry = file.entry();
        int end = content.position() + (int) entry.size();
        int result = 0;
        if (entry.size() > 0) {
            ByteBuffer own = content.duplicate().limit(end);
            result = with.write(file.fd(), own, 0);
            content.position(end);
        }
        if (result < 0) {
            throw Failures.call("write file", entry, result);
        }
        result = with.futimens(file.fd(), entry.seconds(), entry.nanos());
        if (result < 0) {
            throw Failures.call("set times", entry, result);
        }
    }

    /** Waits until all are made. */
    void finish() {
        stop();
        finish(current, calls);
        check();
    }

    private void check() {
        switch (failure) {
            case null -> {}
            case RuntimeException first -> throw first;
            case Error first -> throw first;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }

    /** The thread ends when it has done what it was given: that is little. */
    private void stop() {
        if (thread == null) {
            return;
        }
        full.add(end);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        thread = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes what is open still. */
    @Override
    public void close() {
        stop();
        full.add(current);
        for (Batch batch : full) {
            batch.files.forEach(file -> calls.close(file.fd()));
            batch.files.clear();
        }
        full.clear();
    }
}
