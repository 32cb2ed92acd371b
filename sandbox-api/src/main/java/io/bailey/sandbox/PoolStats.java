package io.bailey.sandbox;

/**
 * What waits in a {@link Pool}, and what has happened to it since it was made.
 *
 * @param idle how many sandboxes wait for a command
 * @param preparing how many are being made
 * @param taken how many have been given a command
 * @param cold how many commands have been started without one that waited
 * @param refused how many commands have not been started, for none waited
 * @param expired how many have waited for too long and been thrown away
 * @param died how many have ended while they waited, by someone else's hand
 * @param failed how many could not be made
 * @since 0.1
 */
public record PoolStats(
        int idle,
        int preparing,
        long taken,
        long cold,
        long refused,
        long expired,
        long died,
        long failed) {}
