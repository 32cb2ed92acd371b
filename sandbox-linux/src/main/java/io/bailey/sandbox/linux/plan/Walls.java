package io.bailey.sandbox.linux.plan;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What stands between the command and the kernel, apart from namespaces and mounts.
 *
 * @param capabilities what the command may have, one bit each
 * @param seccomp the filter; empty for none
 * @param landlockAbi the ABI whose rights are used; empty for no Landlock
 */
public record Walls(long capabilities, Optional<Seccomp> seccomp, OptionalInt landlockAbi) {

    /** None at all. */
    static final Walls NONE = new Walls(0, Optional.empty(), OptionalInt.empty());

    /**
     * A filter as the kernel takes it.
     *
     * @param filter one {@code struct sock_filter} a word
     * @param watch what the init learns of the calls
     */
    public record Seccomp(List<Long> filter, Watch watch) {
        public Seccomp {
            filter = List.copyOf(filter);
        }
    }

    /** What the init listens for, seccomp_unotify(2). */
    public enum Watch {
        /** No call is told. */
        NOTHING,
        /** Each call that is told is denied: the sandbox ends, and the JVM names the call. */
        DENIALS,
        /** Each call is told and let through: a recording. */
        CALLS
    }

    /** Does anyone listen to the filter? */
    public boolean watched() {
        return watch() != Watch.NOTHING;
    }

    /** What is listened for. */
    public Watch watch() {
        return seccomp.map(Seccomp::watch).orElse(Watch.NOTHING);
    }
}
