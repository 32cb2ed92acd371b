package io.bailey.sandbox;

/**
 * The two output streams of a command.
 *
 * @since 0.1
 */
public enum OutputStreamKind {

    /** Standard output, file descriptor 1. */
    STDOUT,

    /** Standard error, file descriptor 2. */
    STDERR
}
