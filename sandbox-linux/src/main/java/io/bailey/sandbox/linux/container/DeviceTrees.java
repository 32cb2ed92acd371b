package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.mount.HostTrees;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One prepared /dev for all sandboxes of a privileged JVM (one for each owner), cloned for each:
 * one mount instead of seven.
 */
final class DeviceTrees {
    private static final int CAP_MKNOD = 27;

    private final Linux linux;
    private final HostTrees trees;
    private final HostFacts facts;
    private final Map<OptionalInt, Fd> prepared = new ConcurrentHashMap<>();

    DeviceTrees(Linux linux, HostTrees trees, HostFacts facts) {
        this.linux = linux;
        this.trees = trees;
        this.facts = facts;
    }

    boolean available() {
        return facts.privileged() && ((facts.effectiveCapabilities() >> CAP_MKNOD) & 1) != 0;
    }

    /**
     * A detached mount for one sandbox.
     *
     * @param more names that something else will be bound on; with them it is made for that sandbox
     *     alone, because what all share is read-only
     */
    HostTrees.Attempt forOne(OptionalInt userns, List<String> more) {
        if (!more.isEmpty()) {
            return trees.devices(userns, more);
        }
        Optional<Fd> master = Optional.ofNullable(prepared.get(userns));
        if (master.isEmpty()) {
            HostTrees.Attempt made = trees.devices(userns, more);
            if (made.failed()) {
                return made;
            }
            Fd fresh = linux.own(made.result());
            Fd raced = prepared.putIfAbsent(userns, fresh);
            if (raced != null) {
                fresh.close();
            }
            master = Optional.of(raced == null ? fresh : raced);
        }
        HostTrees.Attempt clone = trees.cloneOf(master.get());
        // Before Linux 6.15 a detached mount cannot be cloned: each sandbox gets one made for it.
        return clone.failed() ? trees.devices(userns, more) : clone;
    }
}
