package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What is written down of a container.
 *
 * @param info what anybody of its user may know
 * @param owner the JVM it belongs to; of a detached one, that started it
 * @param pidStarted when its first process was started, as {@link Owner#started}
 * @param cgroups its directories in the cgroup trees, while it runs
 * @param volumes the names of the volumes it has mounted
 * @param more what else who wrote it wants to find again
 */
public record StoredContainer(
        ContainerInfo info,
        Owner owner,
        OptionalLong pidStarted,
        List<String> cgroups,
        List<String> volumes,
        Map<String, String> more) {

    /** With copies of the collections. */
    public StoredContainer {
        cgroups = List.copyOf(cgroups);
        volumes = List.copyOf(volumes);
        more = Map.copyOf(more);
    }

    /** Does it run, as far as is written? */
    public boolean isAlive() {
        return info.state() == ContainerState.RUNNING || info.state() == ContainerState.PAUSED;
    }

    /** The same with another description. */
    public StoredContainer with(ContainerInfo now) {
        return new StoredContainer(now, owner, pidStarted, cgroups, volumes, more);
    }
}
