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
     * <p>One of this JVM is the very object that {@link Sandbox#start} returned: closing it ends
     * the container, so whoever only looks leaves that to its owner. For a {@link
     * Sandbox#startDetached detached} one that another process started, each call opens a handle of
     * its own, which the caller closes; that lets go of the handle and not of the container:
     *
     * {@snippet :
     * try (Container detached = Containers.find(id).orElseThrow()) {
     *     detached.stop(Duration.ofSeconds(10));
     * }
     * Containers.remove(id);
     * }
     *
     * <p>Such a handle has no recipe, which takes listeners and consumers that cannot be written
     * down. So {@link Container#spec}, {@link Container#exec}, {@link Container#startExec}, {@link
     * Container#interact}, {@link Container#copyIn} and {@link Container#copyOut} throw {@code
     * IllegalStateException}, {@link Container#execAsync} gives a future that fails with one, and
     * {@link Container#inspect} has no recipe; {@link Container#start} and {@link
     * Container#restart} do as for any detached container. Its {@link Container#events} begin with
     * this handle, and are what was done with it and the end.
     *
     * @param idOrName its id, the unambiguous beginning of that, or its name; not empty
     * @return the container; empty if there is none. Of several of that name, or whose ids begin
     *     so, the only one that lives
     * @throws IllegalArgumentException if there are several and not exactly one of them lives, or
     *     {@code idOrName} is empty
     * @throws IllegalStateException if it belongs to another living process
     * @throws SandboxException if the state directory cannot be read
     */
    public static Optional<Container> find(String idOrName) {
        return SandboxProvider.find().containers().find(idOrName);
    }

    /**
     * Removes what is left of a container that has stopped: its state and its logs.
     *
     * @param idOrName its id, the unambiguous beginning of that, or its name, as for {@link #find};
     *     not empty
     * @return whether there was one
     * @throws IllegalArgumentException if there are several and not exactly one of them lives, or
     *     {@code idOrName} is empty
     * @throws IllegalStateException if it lives, or belongs to another living process
     * @throws SandboxException if something could not be removed; the message names it
     */
    public static boolean remove(String idOrName) {
        return SandboxProvider.find().containers().remove(idOrName);
    }
}
