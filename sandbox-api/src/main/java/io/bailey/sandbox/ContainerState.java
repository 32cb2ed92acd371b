package io.bailey.sandbox;

/**
 * The life of a {@link Container}.
 *
 * @since 0.1
 */
public enum ContainerState {

    /** Not started yet. */
    CREATED,

    /** The command is running. */
    RUNNING,

    /** Every process of the sandbox is frozen and may run again. */
    PAUSED,

    /** Ended: no process of the sandbox is left. It may be started again. */
    STOPPED
}
