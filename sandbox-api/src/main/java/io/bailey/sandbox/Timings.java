package io.bailey.sandbox;

import java.time.Duration;
import java.util.Objects;

/**
 * Where the time of one run went, by the monotonic clock. The phases follow one another without a
 * gap.
 *
 * @param prepare in Java, until everything is ready for the clone: plan, program, cgroup, pipes
 * @param clone3 {@code clone3(2)}, and writing the id maps; Java reserves the shorter name for
 *     {@link Object}
 * @param setup in the child: mounts, root, limits, privileges
 * @param exec {@code execve(2)} of the command
 * @param run the command itself
 * @param teardown until no process, cgroup, mount or file descriptor was left
 * @since 0.1
 */
public record Timings(
        Duration prepare,
        Duration clone3,
        Duration setup,
        Duration exec,
        Duration run,
        Duration teardown) {

    /** Creates a record of times. */
    public Timings {
        Objects.requireNonNull(prepare, "prepare");
        Objects.requireNonNull(clone3, "clone3");
        Objects.requireNonNull(setup, "setup");
        Objects.requireNonNull(exec, "exec");
        Objects.requireNonNull(run, "run");
        Objects.requireNonNull(teardown, "teardown");
    }

    /**
     * Returns the time from the call to the answer.
     *
     * @return the sum of all phases
     */
    public Duration total() {
        return prepare.plus(clone3).plus(setup).plus(exec).plus(run).plus(teardown);
    }
}
