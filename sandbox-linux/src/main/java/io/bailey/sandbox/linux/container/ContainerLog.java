package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.LogPolicy;
import io.bailey.sandbox.Logs;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.linux.container.state.DiskLog;
import io.bailey.sandbox.linux.container.state.LogStore;
import io.bailey.sandbox.linux.container.state.MemoryLog;
import io.bailey.sandbox.linux.container.state.StoredLogs;
import io.bailey.sandbox.linux.launch.OutputTap;
import io.bailey.sandbox.linux.launch.Workers;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;

/** What one container has written, in all its lives. */
final class ContainerLog {
    /** A follower is told; it looks by itself only in case. */
    private static final long PAUSE_MILLIS = 1_000;

    private final boolean nothing;
    private final LogStore store;
    private final StoredLogs logs;
    private volatile boolean over;

    /**
     * @param directory the container's own
     */
    ContainerLog(LogPolicy policy, Path directory) {
        this.nothing = policy.place() == LogPolicy.Place.NONE;
        this.store = store(policy, directory);
        this.logs =
                new StoredLogs(
                        store::cursor,
                        store::truncated,
                        () -> over,
                        PAUSE_MILLIS,
                        Workers::execute);
    }

    private LogStore store(LogPolicy policy, Path directory) {
        return switch (policy.place()) {
            case NONE -> LogStore.NONE;
            case MEMORY -> new MemoryLog(policy.size().bytes());
            case DISK ->
                    new DiskLog(directory, policy.size().bytes(), Workers::execute, this::changed);
        };
    }

    private void changed() {
        logs.changed();
    }

    Logs logs() {
        return logs;
    }

    /** What sees the output of each life. */
    OutputTap tap() {
        return nothing ? OutputTap.NONE : this::wrote;
    }

    private void wrote(OutputStreamKind stream, ByteBuffer bytes) {
        store.add(stream, Instant.now(), bytes);
        logs.changed();
    }

    void lifeBegins() {
        over = false;
    }

    /** All output of a life has been seen. */
    void lifeEnded() {
        store.endLife(Instant.now());
        over = true;
        logs.changed();
    }

    /** The container is gone, and with it what lies in its directory. */
    void close() {
        store.close();
        over = true;
        logs.changed();
    }
}
