package io.bailey.sandbox;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/**
 * A named directory that outlives the containers it is mounted in, see {@link Mount#volume}.
 *
 * @param name its name
 * @param path where its files are on the host
 * @param created when it was made
 * @param inUse whether a container has it mounted
 * @since 0.1
 */
public record Volume(String name, Path path, Instant created, boolean inUse) {

    /** Creates a description. */
    public Volume {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(created, "created");
    }
}
