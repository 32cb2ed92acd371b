package io.bailey.sandbox;

/**
 * The life of a {@link Container}, in this order.
 *
 * @since 0.1
 */
public enum ContainerState {

    /** Set up; the command has not been executed yet. */
    CREATED,

    /** The command is running. */
    RUNNING,

    /** Every process of the sandbox is frozen and may run again. */
    PAUSED,

    /** Ended: no process of the sandbox is left. Final. */
    STOPPED
}
