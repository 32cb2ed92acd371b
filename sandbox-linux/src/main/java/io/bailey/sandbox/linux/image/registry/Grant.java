package io.bailey.sandbox.linux.image.registry;

import java.time.Duration;

/**
 * What lets one in for a while.
 *
 * @param header the value of the header Authorization
 */
record Grant(String header, Duration lifetime) {
    /** Not what it is. */
    @Override
    public String toString() {
        return "grant for " + lifetime;
    }
}
