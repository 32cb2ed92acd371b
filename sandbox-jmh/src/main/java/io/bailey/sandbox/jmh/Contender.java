package io.bailey.sandbox.jmh;

import java.io.IOException;

/** One who starts the static {@code true} and waits for it, in turns with others. */
interface Contender extends AutoCloseable {

    /** Its name in the table. */
    String title();

    /** How it is told what to do: a command line, or a builder's calls. */
    String configuration();

    /** What it does not do that a sandbox of Bailey's does unless told otherwise. */
    String lacks();

    /** One run that went well. Returns the nanoseconds. */
    long run() throws IOException, InterruptedException;

    @Override
    default void close() throws IOException {}
}
