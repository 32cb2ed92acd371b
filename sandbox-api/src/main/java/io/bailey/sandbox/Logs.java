package io.bailey.sandbox;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a container has written to standard output and standard error, as far as it is remembered:
 * see {@link Sandbox.Builder#logs(LogPolicy)}. What does not pass through this library, {@link
 * Output#inherit()} and {@link Output#discard()}, is not; nor is what further commands in it write,
 * {@link Container#exec(Command)}.
 *
 * @since 0.1
 */
public interface Logs {

    /**
     * Returns all lines that are remembered. The last may be unfinished.
     *
     * @return the lines, oldest first
     */
    List<LogLine> lines();

    /**
     * Returns the lines since a moment.
     *
     * @param time the moment
     * @return those lines, oldest first
     */
    default List<LogLine> since(Instant time) {
        return lines().stream().filter(line -> !line.time().isBefore(time)).toList();
    }

    /**
     * Returns the last lines.
     *
     * @param count how many at most; zero or more
     * @return those lines, oldest first
     * @throws IllegalArgumentException if {@code count} is negative
     */
    default List<LogLine> tail(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("tail: " + count + " lines; zero or more");
        }
        List<LogLine> all = lines();
        return all.subList(Math.max(0, all.size() - count), all.size());
    }

    /**
     * Hands over every line that is remembered and every further one, in order, until closed or the
     * container has ended and all has been handed over. A slow consumer holds nobody up: it may
     * miss what is forgotten meanwhile.
     *
     * @param consumer takes each line, on a thread of the library; what it throws ends the
     *     following
     * @return what ends it
     */
    Following follow(Consumer<LogLine> consumer);

    /**
     * Tells whether older lines have been forgotten.
     *
     * @return whether there was more
     */
    boolean truncated();

    /**
     * A consumer that follows a log.
     *
     * @since 0.1
     */
    interface Following extends AutoCloseable {

        /**
         * Waits until the container has ended and all its lines have been handed over, or this is
         * closed.
         *
         * @throws InterruptedException if the thread was interrupted
         */
        void await() throws InterruptedException;

        /** Ends it. The consumer may be in a last call meanwhile. */
        @Override
        void close();
    }
}
