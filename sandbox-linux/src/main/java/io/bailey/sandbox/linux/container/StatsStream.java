package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.Stats;
import io.bailey.sandbox.linux.launch.Workers;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Readings of one life at an interval, each on a worker's thread; a busy consumer misses some. */
final class StatsStream implements Container.Subscription {
    private static final System.Logger LOG = System.getLogger(StatsStream.class.getName());

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(1);

    private final Supplier<Stats> stats;
    private final Consumer<Stats> consumer;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable ScheduledFuture<?> timer;
    private volatile boolean closed;

    private StatsStream(Supplier<Stats> stats, Consumer<Stats> consumer) {
        this.stats = stats;
        this.consumer = consumer;
    }

    static void check(Duration interval) {
        if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
            throw new SandboxConfigException("interval: " + interval + " is less than 1 ms");
        }
    }

    /**
     * @param end of the life that is read
     */
    static StatsStream open(
            Engine engine,
            Supplier<Stats> stats,
            CompletableFuture<Result> end,
            Consumer<Stats> consumer,
            Duration interval) {
        StatsStream stream = new StatsStream(stats, consumer);
        long nanos = TimeUnit.NANOSECONDS.convert(interval);
        stream.timer =
                engine.timers().scheduleAtFixedRate(stream::tick, 0, nanos, TimeUnit.NANOSECONDS);
        var _ = end.whenComplete((result, failure) -> stream.close());
        return stream;
    }

    private void tick() {
        if (!closed && busy.compareAndSet(false, true)) {
            Workers.execute(this::read);
        }
    }

    private void read() {
        try {
            if (!closed) {
                consumer.accept(stats.get());
            }
        } catch (RuntimeException | Error failure) {
            LOG.log(
                    Level.WARNING,
                    "a reading of statistics failed: there will be no more",
                    failure);
            close();
        } finally {
            busy.set(false);
        }
    }

    @Override
    public void close() {
        closed = true;
        ScheduledFuture<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
    }
}
