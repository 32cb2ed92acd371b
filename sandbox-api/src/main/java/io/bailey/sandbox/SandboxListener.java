package io.bailey.sandbox;

/**
 * Told of what happens to the containers of a sandbox, and asked before they start. Both methods do
 * nothing by default.
 *
 * @since 0.1
 */
public interface SandboxListener {

    /**
     * Called before a command is started, by the thread that starts it, before anything of it is
     * made. What it throws keeps the command from being started and reaches the caller.
     *
     * @param id the id that the container will have
     * @param spec the recipe
     * @param command the command
     */
    default void starting(String id, SandboxSpec spec, Command command) {}

    /**
     * Called after something has happened, on a thread of the library, events of one container one
     * after another. It may take its time; the container does not wait for it. What it throws is
     * logged and otherwise ignored.
     *
     * <p>Of a command that is only run, too: its start, what its limits did and its end.
     *
     * @param event what has happened
     */
    default void happened(ContainerEvent event) {}
}
