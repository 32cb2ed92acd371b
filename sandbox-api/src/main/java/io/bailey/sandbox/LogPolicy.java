package io.bailey.sandbox;

import java.util.Objects;

/**
 * Where the output of a container is remembered for {@link Container#logs()}, and how much of it:
 * the oldest goes when the newest needs room.
 *
 * @param place where
 * @param size the most to keep, 4,096 bytes to 1 TiB; of no account for {@link Place#NONE}
 * @since 0.1
 */
public record LogPolicy(Place place, MemorySize size) {
    private static final MemorySize DEFAULT_SIZE = MemorySize.of(1 << 20);
    private static final long MIN = 4_096;
    private static final long MAX = 1L << 40;

    /**
     * Where a log is.
     *
     * @since 0.1
     */
    public enum Place {
        /** Nowhere: nothing is remembered. */
        NONE,
        /** In the memory of this JVM. */
        MEMORY,
        /**
         * In the state directory, and in memory only what has not been written yet: for much of it.
         * It goes with the container. Other processes are given that of {@link
         * Sandbox#startDetached detached} containers only, whose log is on disk in any case.
         */
        DISK
    }

    /**
     * Creates a policy.
     *
     * @throws SandboxConfigException if the size is out of range
     */
    public LogPolicy {
        Objects.requireNonNull(place, "place");
        if (size.bytes() < MIN || size.bytes() > MAX) {
            throw new SandboxConfigException(
                    "logs: " + size + " is not " + MIN + " bytes to 1 TiB");
        }
    }

    /**
     * Remembers nothing.
     *
     * @return the policy
     */
    public static LogPolicy none() {
        return new LogPolicy(Place.NONE, DEFAULT_SIZE);
    }

    /**
     * Remembers in memory. With 1 MiB, the default.
     *
     * @param size the most to keep, as {@link MemorySize#parse(String)} reads it
     * @return the policy
     * @throws SandboxConfigException if it is no size, or out of range
     */
    public static LogPolicy memory(String size) {
        return new LogPolicy(Place.MEMORY, MemorySize.parse("logs", size));
    }

    /**
     * Remembers on disk.
     *
     * @param size the most to keep, as {@link MemorySize#parse(String)} reads it
     * @return the policy
     * @throws SandboxConfigException if it is no size, or out of range
     */
    public static LogPolicy disk(String size) {
        return new LogPolicy(Place.DISK, MemorySize.parse("logs", size));
    }

    /**
     * Returns the default.
     *
     * @return 1 MiB in memory
     */
    public static LogPolicy standard() {
        return new LogPolicy(Place.MEMORY, DEFAULT_SIZE);
    }
}
