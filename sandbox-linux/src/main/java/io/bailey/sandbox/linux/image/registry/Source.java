package io.bailey.sandbox.linux.image.registry;

import java.net.URI;
import java.util.Optional;

/** A place that a blob can be had from. */
interface Source {
    /** Where. */
    URI uri();

    /** How often to try. */
    int attempts();

    /**
     * Asks for it.
     *
     * @param range the header, if only a part is wanted
     */
    Answer get(Optional<String> range, Ongoing ongoing) throws Transient, InterruptedException;

    /** What to do if it says that it is not allowed. */
    String advice();
}
