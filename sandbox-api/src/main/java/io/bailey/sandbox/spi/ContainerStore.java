package io.bailey.sandbox.spi;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.Volume;

import java.util.List;
import java.util.Optional;

/**
 * What an engine knows of containers and volumes beyond this JVM. Its methods are those of {@link
 * io.bailey.sandbox.Containers} and {@link io.bailey.sandbox.Volumes}.
 *
 * @since 0.1
 */
public interface ContainerStore {

    /**
     * Lists containers.
     *
     * @param all whether to list those that do not run too
     * @return the containers, oldest first
     */
    List<ContainerInfo> list(boolean all);

    /**
     * Finds a container of this JVM, or a detached one.
     *
     * @param idOrName its id, the unambiguous beginning of that, or its name
     * @return the container
     */
    Optional<Container> find(String idOrName);

    /**
     * Removes what is left of a container that has stopped.
     *
     * @param idOrName its id, the unambiguous beginning of that, or its name
     * @return whether there was one
     */
    boolean remove(String idOrName);

    /**
     * Lists the volumes.
     *
     * @return by name
     */
    List<Volume> volumes();

    /**
     * Makes a volume, if it is not there.
     *
     * @param name its name
     * @return the volume
     */
    Volume createVolume(String name);

    /**
     * Removes a volume that nobody uses.
     *
     * @param name its name
     * @return whether there was one
     */
    boolean removeVolume(String name);
}
