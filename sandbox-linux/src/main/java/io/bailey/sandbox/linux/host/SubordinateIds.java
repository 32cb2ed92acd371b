package io.bailey.sandbox.linux.host;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The ids this user may map besides its own, subuid(5), and the setuid helpers that write such
 * maps.
 *
 * @param uids the first range of /etc/subuid that is the user's, by name or by number
 * @param gids the same of /etc/subgid
 * @param newuidmap newuidmap(1), where installed; not looked for when this user may write any id
 *     map itself
 * @param newgidmap newgidmap(1), where installed
 */
public record SubordinateIds(
        Optional<IdRange> uids,
        Optional<IdRange> gids,
        Optional<Path> newuidmap,
        Optional<Path> newgidmap) {

    /** No range and no helper. */
    public static final SubordinateIds NONE =
            new SubordinateIds(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Can an ordinary user map a range: both ranges and both helpers are there? */
    public boolean usable() {
        return uids.isPresent()
                && gids.isPresent()
                && newuidmap.isPresent()
                && newgidmap.isPresent();
    }
}
