package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Finding;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Landlock;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Rlimit;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.plan.Walls;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Which of the walls that were asked for this host can give: all of them, or an exception. */
final class WallSurvey {
    /** LANDLOCK_SCOPE_SIGNAL: without namespaces it is what keeps signals in. */
    private static final int UNPRIVILEGED_ABI = 6;

    /** The streams, the two ends that lead to the JVM, the signals, and those Landlock takes. */
    private static final long DESCRIPTORS = 8;

    private WallSurvey() {}

    static Walls of(HostFacts facts, SandboxSpec spec, Filters filters) {
        return heard(
                spec,
                new Walls(
                        capabilities(facts, spec), filters.of(spec, facts), landlock(facts, spec)));
    }

    /** The listener is a descriptor of the command's until its exec, the last that it needs. */
    private static Walls heard(SandboxSpec spec, Walls walls) {
        long limit = spec.rlimits().getOrDefault(Rlimit.NOFILE, Rlimit.INFINITY);
        if (walls.watched() && limit != Rlimit.INFINITY && limit < DESCRIPTORS) {
            throw new SandboxConfigException(
                    "rlimit: NOFILE "
                            + limit
                            + " leaves no room for the descriptor by which Bailey hears of system calls; set it to "
                            + DESCRIPTORS
                            + " or more, or use a profile that does not kill");
        }
        return walls;
    }

    /** The same, but that no profile refuses a system call, and each is told of. */
    static Walls recording(HostFacts facts, SandboxSpec spec) {
        if (!spec.init() || spec.security().isolation() == Isolation.UNPRIVILEGED) {
            throw new SandboxConfigException(
                    "seccomp: a recording needs the init, which hears of the calls, and isolation FULL,"
                            + " which does not consist of seccomp; record with init(true) and FULL");
        }
        return heard(
                spec,
                new Walls(
                        capabilities(facts, spec),
                        Optional.of(Filters.recording(spec, facts)),
                        landlock(facts, spec)));
    }

    private static long capabilities(HostFacts facts, SandboxSpec spec) {
        Set<Capability> wanted = spec.security().capabilities();
        long bits = 0;
        for (Capability capability : wanted) {
            requireGivable(facts, spec, capability);
            bits |= 1L << capability.number();
        }
        return bits;
    }

    /** In a user namespace of its own there are all that the kernel knows, capabilities(7). */
    private static void requireGivable(HostFacts facts, SandboxSpec spec, Capability capability) {
        if (capability.number() > facts.lastCapability()) {
            throw unavailable("CAP_" + capability, "this kernel does not know it", "leave it out");
        }
        boolean own = spec.namespaces().contains(Namespace.USER);
        if (!own && (facts.effectiveCapabilities() >>> capability.number() & 1) == 0) {
            throw unavailable(
                    "CAP_" + capability,
                    "without a user namespace a sandbox has what this JVM has, and it lacks that",
                    "give it to this JVM, or leave IdMap.HOST out");
        }
    }

    private static OptionalInt landlock(HostFacts facts, SandboxSpec spec) {
        Landlock wanted = spec.security().landlock();
        int abi = facts.landlockAbi();
        if (spec.security().isolation() == Isolation.UNPRIVILEGED && abi < UNPRIVILEGED_ABI) {
            throw unavailable(
                    "landlock",
                    "Isolation.UNPRIVILEGED needs Landlock ABI "
                            + UNPRIVILEGED_ABI
                            + " (Linux 6.12), this kernel has "
                            + (abi == 0 ? "none" : "ABI " + abi),
                    "boot a newer kernel, with landlock in the parameter lsm=");
        }
        if (wanted == Landlock.REQUIRED && abi == 0) {
            throw unavailable(
                    "landlock",
                    "this kernel has none (Linux 5.13), or it is switched off",
                    "boot with landlock in the parameter lsm=, or do without this second wall by name:"
                            + " landlock(Landlock.BEST_EFFORT)");
        }
        return wanted == Landlock.OFF || abi == 0 ? OptionalInt.empty() : OptionalInt.of(abi);
    }

    private static SandboxUnavailableException unavailable(String check, String found, String fix) {
        return new SandboxUnavailableException(
                List.of(new Finding(check, Finding.Status.MISSING, found, fix)));
    }
}
