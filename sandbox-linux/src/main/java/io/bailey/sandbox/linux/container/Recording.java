package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.linux.launch.SystemCallNotice;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/** The calls of one command. */
final class Recording {
    /** Made before anybody listens, or not told of: see the recording filter. */
    private static final Set<String> ALWAYS =
            Set.of("execve", "openat", "write", "exit", "exit_group", "rt_sigreturn");

    private final Set<String> names = new ConcurrentSkipListSet<>();

    /**
     * A number without a name cannot stand in a profile, whose default answers such as the kernel
     * did. And who records strangers must not remember every number they think of.
     */
    void add(SystemCallNotice notice) {
        Filters.known(notice).ifPresent(names::add);
    }

    /** Allows what was seen, refuses everything else. */
    SeccompProfile.Rules profile() {
        Set<String> all = new TreeSet<>(names);
        all.addAll(ALWAYS);
        SeccompProfile profile = SeccompProfile.builder().allow(all.toArray(String[]::new)).build();
        if (profile instanceof SeccompProfile.Rules rules) {
            return rules;
        }
        throw new IllegalStateException("a builder without a base makes rules");
    }
}
