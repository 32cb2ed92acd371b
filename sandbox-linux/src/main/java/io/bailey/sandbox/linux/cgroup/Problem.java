package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Finding;

/**
 * Why something is not to be had.
 *
 * @param what the limit or controller
 * @param found what is there instead, with file and errno where there is one
 * @param fix what would help, in a sentence
 */
record Problem(String what, String found, String fix) {

    Finding finding() {
        return new Finding("cgroup " + what, Finding.Status.MISSING, found, fix);
    }

    /** The same for {@code limit}. */
    Problem about(String limit) {
        return new Problem(limit, found, fix);
    }

    @Override
    public String toString() {
        return what + ": " + found + "; fix: " + fix;
    }
}
