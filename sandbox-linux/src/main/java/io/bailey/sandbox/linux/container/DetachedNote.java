package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.linux.container.state.StoredContainer;

import java.util.List;
import java.util.Map;

/**
 * What is written down of a detached container when it is started.
 *
 * @param cgroups the paths of its cgroup
 * @param stopSignal what its image wants to be told at the end, by name; or ""
 */
record DetachedNote(ContainerInfo info, List<String> cgroups, String stopSignal) {
    private static final String STOP_SIGNAL = "stopSignal";

    static DetachedNote of(StoredContainer stored) {
        return new DetachedNote(
                stored.info(), stored.cgroups(), stored.more().getOrDefault(STOP_SIGNAL, ""));
    }

    /** What is to be found again besides. */
    static Map<String, String> more(String stopSignal) {
        return stopSignal.isEmpty() ? Map.of() : Map.of(STOP_SIGNAL, stopSignal);
    }
}
