package io.bailey.sandbox;

import java.util.Objects;

/**
 * One thing that was looked at on this host.
 *
 * @param check a short stable name, such as {@code user namespaces}; not empty
 * @param status what it means
 * @param found what is there, in words
 * @param fix what to do about it; empty if nothing needs doing
 * @since 0.1
 */
public record Finding(String check, Status status, String found, String fix) {

    /**
     * Creates a finding.
     *
     * @throws IllegalArgumentException if {@code check} is blank
     */
    public Finding {
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(found, "found");
        Objects.requireNonNull(fix, "fix");
        if (check.isBlank()) {
            throw new IllegalArgumentException("a finding needs the name of its check");
        }
    }

    /**
     * What a finding means for sandboxes on this host.
     *
     * @since 0.1
     */
    public enum Status {
        /** As it should be. */
        OK,

        /** Sandboxes run, but slower, or an option or a limit is not to be had. */
        DEGRADED,

        /** No sandbox with the default settings runs before this is fixed. */
        MISSING
    }
}
