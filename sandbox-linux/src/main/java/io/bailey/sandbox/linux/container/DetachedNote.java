package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.linux.container.state.Owner;
import io.bailey.sandbox.linux.container.state.StoredContainer;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What is written down of a detached container when it is started.
 *
 * @param cgroups the paths of its cgroup
 * @param stopSignal what its image wants to be told at the end, by name; or ""
 * @param owner the JVM that started it: the numbers of processes are those of its PID namespace
 * @param pidStarted when its init was started, as {@link Owner#started}; empty if that JVM was
 *     killed before it could write it down
 */
record DetachedNote(
        ContainerInfo info,
        List<String> cgroups,
        String stopSignal,
        Owner owner,
        OptionalLong pidStarted) {
    private static final String STOP_SIGNAL = "stopSignal";

    static DetachedNote of(StoredContainer stored) {
        return new DetachedNote(
                stored.info(),
                stored.cgroups(),
                stored.more().getOrDefault(STOP_SIGNAL, ""),
                stored.owner(),
                stored.pidStarted());
    }

    DetachedNote with(ContainerInfo latest) {
        return new DetachedNote(latest, cgroups, stopSignal, owner, pidStarted);
    }

    /** Whether a number that it tells is that of the same process here. */
    boolean isFromHere() {
        Owner self = Owner.self();
        return owner.pidNamespace() == self.pidNamespace() && owner.boot().equals(self.boot());
    }

    /** Whether the process {@code pid} is no later one of the same number. */
    boolean isSame(Linux linux, long pid) {
        return pidStarted.isEmpty() || pidStarted.equals(Owner.started(linux, pid));
    }

    /** What is to be found again besides. */
    static Map<String, String> more(String stopSignal) {
        return stopSignal.isEmpty() ? Map.of() : Map.of(STOP_SIGNAL, stopSignal);
    }
}
