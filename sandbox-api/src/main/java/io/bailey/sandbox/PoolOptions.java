package io.bailey.sandbox;

import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link Pool} is kept.
 *
 * @param size the most sandboxes that wait at one time, 1 to {@value #MOST}. Each is two processes,
 *     a control group and some memory of the kernel's, a megabyte in all, and six descriptors of
 *     this JVM
 * @param minimumIdle how few of them may wait before others are made, up to {@code size}: 1 to
 *     {@code size}
 * @param idleExpiry how long one may wait before it is thrown away and made anew, at least a
 *     millisecond
 * @param whenEmpty what becomes of a command for which none waits
 * @param patience the longest that such a command waits under {@link WhenEmpty#WAIT}; otherwise
 *     without meaning
 * @param containers whether {@link Pool#start(Command)} is served too
 * @param preparers how many threads make sandboxes in the background, 1 to {@value #MOST_PREPARERS}
 * @since 0.1
 */
public record PoolOptions(
        int size,
        int minimumIdle,
        Duration idleExpiry,
        WhenEmpty whenEmpty,
        Duration patience,
        boolean containers,
        int preparers) {

    /** The largest size. */
    public static final int MOST = 10_000;

    /** The largest number of threads. */
    public static final int MOST_PREPARERS = 64;

    private static final Duration EXPIRY = Duration.ofMinutes(10);
    private static final Duration SHORTEST = Duration.ofMillis(1);

    /** What becomes of a command for which no sandbox waits. */
    public enum WhenEmpty {
        /** It is started as {@link Sandbox#run(Command)} starts it. */
        START_COLD,
        /** It waits for one for as long as the patience lasts, and is refused after that. */
        WAIT,
        /** It is refused at once: {@link PoolExhaustedException}. */
        REFUSE
    }

    /**
     * Checks the options.
     *
     * @throws SandboxConfigException if one is out of its range
     */
    public PoolOptions {
        Objects.requireNonNull(idleExpiry, "idleExpiry");
        Objects.requireNonNull(whenEmpty, "whenEmpty");
        Objects.requireNonNull(patience, "patience");
        check("size", size, MOST);
        check("minimumIdle", minimumIdle, size);
        check("preparers", preparers, MOST_PREPARERS);
        if (idleExpiry.compareTo(SHORTEST) < 0) {
            throw new SandboxConfigException(
                    "pool: idleExpiry " + idleExpiry + " is less than a millisecond");
        }
        if (patience.isNegative()) {
            throw new SandboxConfigException("pool: patience " + patience + " is negative");
        }
    }

    private static void check(String setting, int value, int most) {
        if (value < 1 || value > most) {
            throw new SandboxConfigException(
                    "pool: " + setting + " " + value + " is not 1 to " + most);
        }
    }

    /**
     * The options of {@link Sandbox#pool(int)}.
     *
     * @param size the most sandboxes that wait
     * @return them, with every default
     * @throws SandboxConfigException if the size is out of its range
     */
    public static PoolOptions ofSize(int size) {
        return builder(size).build();
    }

    /**
     * Returns a builder with the defaults.
     *
     * @param size the most sandboxes that wait at one time, 1 to {@value #MOST}
     * @return a new builder
     * @throws SandboxConfigException if the size is out of its range
     */
    public static Builder builder(int size) {
        return new Builder(size);
    }

    /**
     * Makes {@link PoolOptions}. Not thread-safe.
     *
     * @since 0.1
     */
    public static final class Builder {
        private PoolOptions options;

        private Builder(int size) {
            int processors = Runtime.getRuntime().availableProcessors();
            options =
                    new PoolOptions(
                            size,
                            Math.max(1, size),
                            EXPIRY,
                            WhenEmpty.START_COLD,
                            Duration.ZERO,
                            false,
                            Math.clamp(processors / 2, 1, 4));
        }

        /**
         * Sets how few may wait before others are made. The default is the size: each that is taken
         * is replaced at once. With less they are made in batches.
         *
         * @param count 1 to the size
         * @return this builder
         * @throws SandboxConfigException if it is not in that range
         */
        public Builder minimumIdle(int count) {
            options =
                    new PoolOptions(
                            options.size,
                            count,
                            options.idleExpiry,
                            options.whenEmpty,
                            options.patience,
                            options.containers,
                            options.preparers);
            return this;
        }

        /**
         * Sets how long one may wait before it is thrown away and made anew. The default is ten
         * minutes.
         *
         * @param age at least a millisecond
         * @return this builder
         * @throws SandboxConfigException if it is less
         */
        public Builder idleExpiry(Duration age) {
            options =
                    new PoolOptions(
                            options.size,
                            options.minimumIdle,
                            age,
                            options.whenEmpty,
                            options.patience,
                            options.containers,
                            options.preparers);
            return this;
        }

        /**
         * Refuses a command for which none waits. The default is to start it cold.
         *
         * @return this builder
         */
        public Builder refuseWhenEmpty() {
            return whenEmpty(WhenEmpty.REFUSE, Duration.ZERO);
        }

        /**
         * Lets a command wait for a sandbox. The default is to start it cold.
         *
         * @param patience the longest
         * @return this builder
         * @throws SandboxConfigException if it is negative
         */
        public Builder waitWhenEmpty(Duration patience) {
            return whenEmpty(WhenEmpty.WAIT, patience);
        }

        private Builder whenEmpty(WhenEmpty whenEmpty, Duration patience) {
            options =
                    new PoolOptions(
                            options.size,
                            options.minimumIdle,
                            options.idleExpiry,
                            whenEmpty,
                            patience,
                            options.containers,
                            options.preparers);
            return this;
        }

        /**
         * Makes the sandboxes that wait fit for {@link Pool#start(Command)} too: each with what a
         * container has more than a run, a freezer for {@link Container#pause()} say. The default
         * is not to, which is a little faster for {@link Pool#run(Command)}; containers then start
         * cold.
         *
         * @param wanted whether they are
         * @return this builder
         */
        public Builder containers(boolean wanted) {
            options =
                    new PoolOptions(
                            options.size,
                            options.minimumIdle,
                            options.idleExpiry,
                            options.whenEmpty,
                            options.patience,
                            wanted,
                            options.preparers);
            return this;
        }

        /**
         * Sets how many threads make sandboxes in the background. The default is half the
         * processors, 1 to 4.
         *
         * @param threads 1 to {@value #MOST_PREPARERS}
         * @return this builder
         * @throws SandboxConfigException if it is not in that range
         */
        public Builder preparers(int threads) {
            options =
                    new PoolOptions(
                            options.size,
                            options.minimumIdle,
                            options.idleExpiry,
                            options.whenEmpty,
                            options.patience,
                            options.containers,
                            threads);
            return this;
        }

        /**
         * Returns the options.
         *
         * @return them
         */
        public PoolOptions build() {
            return options;
        }
    }
}
