package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.container.state.StoredContainer;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The writable layer on a disk of a container whose JVM is not there to remove it: it is written
 * down with the container.
 */
final class LeftLayer {
    private static final String KEY = "layer";

    /** A dying init lets go of its lock last of all. */
    private static final int INSISTS = 100;

    private LeftLayer() {}

    /** What is to be found again. */
    static Map<String, String> more(SandboxSpec spec, String id) {
        Optional<Path> in =
                spec.writableRoot() == WritableRoot.OVERLAY
                        ? spec.writableLayer()
                        : Optional.empty();
        return in.map(place -> Map.of(KEY, DiskDirectory.place(place, id).toString()))
                .orElseGet(Map::of);
    }

    /**
     * Removes what {@code stored} has left, if nobody holds it.
     *
     * @return whether nothing is left to do
     */
    static boolean remove(Linux linux, StoredContainer stored) {
        return remove(linux, stored, 1);
    }

    /** The same of one that has just ended. */
    static boolean removeEnded(Linux linux, StoredContainer stored) {
        return remove(linux, stored, INSISTS);
    }

    private static boolean remove(Linux linux, StoredContainer stored, int insists) {
        String path = stored.more().getOrDefault(KEY, "");
        return path.isEmpty()
                || DiskDirectory.removeLeft(linux, Path.of(path), stored.info().id(), insists);
    }
}
