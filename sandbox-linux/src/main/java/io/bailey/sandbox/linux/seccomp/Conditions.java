package io.bailey.sandbox.linux.seccomp;

import java.util.Optional;
import java.util.Set;

/**
 * When a rule is there at all, as Docker's "includes" and "excludes" say: all of what it includes
 * must be so, and nothing of what it excludes.
 */
public record Conditions(Criteria includes, Criteria excludes) {

    /** A rule for everybody. */
    public static final Conditions NONE = new Conditions(Criteria.NONE, Criteria.NONE);

    /**
     * Facts about a sandbox.
     *
     * @param capabilities with the prefix: CAP_SYS_ADMIN
     * @param architectures by Docker's names: amd64
     * @param kernel from this version on
     */
    public record Criteria(
            Set<String> capabilities, Set<String> architectures, Optional<KernelVersion> kernel) {

        static final Criteria NONE = new Criteria(Set.of(), Set.of(), Optional.empty());

        public Criteria {
            capabilities = Set.copyOf(capabilities);
            architectures = Set.copyOf(architectures);
        }

        private boolean allHoldIn(Context context) {
            return context.capabilities().containsAll(capabilities)
                    && (architectures.isEmpty() || namesThe(context))
                    && (kernel.isEmpty() || context.kernel().isAtLeast(kernel.get()));
        }

        private boolean oneHoldsIn(Context context) {
            for (String capability : capabilities) {
                if (context.capabilities().contains(capability)) {
                    return true;
                }
            }
            return namesThe(context)
                    || (kernel.isPresent() && context.kernel().isAtLeast(kernel.get()));
        }

        private boolean namesThe(Context context) {
            return architectures.contains(context.architecture().dockerName());
        }
    }

    /** For whom {@code capability} was granted. */
    static Conditions with(String capability) {
        return new Conditions(
                new Criteria(Set.of(capability), Set.of(), Optional.empty()), Criteria.NONE);
    }

    boolean holdIn(Context context) {
        return includes.allHoldIn(context) && !excludes.oneHoldsIn(context);
    }
}
