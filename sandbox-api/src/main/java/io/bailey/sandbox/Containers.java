package io.bailey.sandbox;

import io.bailey.sandbox.spi.SandboxProvider;

import java.util.List;
import java.util.Optional;

/**
 * The containers of this user, those of other processes included. They are found by a state
 * directory that belongs to this user alone: {@code /run/bailey} for root, {@code
 * $XDG_RUNTIME_DIR/bailey} for others or, where that is not set, {@code bailey-<uid>} in the
 * directory for temporary files; the system property {@code bailey.state} names another.
 *
 * <p>Commands that {@link Sandbox#run(Command)} runs are no containers and are not listed.
 *
 * @since 0.1
 */
public final class Containers {

    private Containers() {}

    /**
     * Lists the containers that live, as {@code docker ps} does.
     *
     * @return running and paused ones, oldest first
     * @throws SandboxException if the state directory cannot be read
     */
    public static List<ContainerInfo> list() {
        return list(false);
    }

    /**
     * Lists containers, as {@code docker ps -a} does.
     *
     * @param all whether to list those that are created or stopped too
     * @return the containers, oldest first
     * @throws SandboxException if the state directory cannot be read
     */
    public static List<ContainerInfo> list(boolean all) {
        return SandboxProvider.find().containers().list(all);
    }

    /**
     * Finds a container to work with: one of this JVM, or a detached one whoever started it.
     *
     * @param idOrName its id, the unambiguous beginning of that, or its name
     * @return the container; empty if there is none
     * @throws IllegalArgumentException if there are several
     * @throws IllegalStateException if it belongs to another living process
     * @throws SandboxException if the state directory cannot be read
     */
    public static Optional<Container> find(String idOrName) {
        return SandboxProvider.find().containers().find(idOrName);
    }

    /**
     * Removes what is left of a container that has stopped: its state and its logs.
     *
     * @param idOrName its id, the unambiguous beginning of that, or its name
     * @return whether there was one
     * @throws IllegalArgumentException if there are several
     * @throws IllegalStateException if it lives, or belongs to another living process
     * @throws SandboxException if something could not be removed; the message names it
     */
    public static boolean remove(String idOrName) {
        return SandboxProvider.find().containers().remove(idOrName);
    }
}
