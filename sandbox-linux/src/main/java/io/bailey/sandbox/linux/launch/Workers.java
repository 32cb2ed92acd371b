package io.bailey.sandbox.linux.launch;

import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what may block: the caller's own streams and consumers, and the end of a sandbox that
 * nobody waits for. Platform threads, so that virtual threads that keep every processor busy can
 * hold up neither a timeout nor a result.
 */
public final class Workers {
    private static final int IDLE_SECONDS = 2;
    private static final ThreadLocal<Optional<Object>> DELIVERING =
            ThreadLocal.withInitial(Optional::empty);
    private static final ExecutorService POOL =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform().name("bailey-worker").daemon(true).factory());

    private Workers() {}

    /** Runs {@code task} on a thread of its own. */
    public static void execute(Runnable task) {
        POOL.execute(task);
    }

    /** Runs the caller's own code for {@code command}. */
    static void deliver(Object command, Runnable task) {
        POOL.execute(() -> {
            DELIVERING.set(Optional.of(command));
            try {
                task.run();
            } finally {
                DELIVERING.remove();
                // Not the next task's: the pool's thread is used again.
                boolean _ = Thread.interrupted();
            }
        });
    }

    /**
     * Is this thread running a stream or consumer of the caller's for {@code command}? Then the end
     * of that one waits for it, and it must not wait for that end.
     */
    static boolean isDeliveringFor(Object command) {
        return DELIVERING.get().filter(command::equals).isPresent();
    }
}
