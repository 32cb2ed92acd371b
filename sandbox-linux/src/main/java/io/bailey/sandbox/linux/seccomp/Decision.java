package io.bailey.sandbox.linux.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is decided of one system call: the first branch whose tests are true, or else the rest.
 * Equal decisions of a profile are one object, so that comparing them costs nothing: a record's
 * first hashCode alone takes a fresh JVM some 10 ms.
 */
final class Decision {
    /** All of the tests, and what the filter then returns. */
    record Branch(List<Comparison> tests, int value) {}

    private final List<Branch> branches;
    private final int otherwise;

    private Decision(List<Branch> branches, int otherwise) {
        this.branches = branches;
        this.otherwise = otherwise;
    }

    List<Branch> branches() {
        return branches;
    }

    int otherwise() {
        return otherwise;
    }

    boolean isUnconditional() {
        return branches.isEmpty();
    }

    /** Collects the branches of a call in the order of the rules. */
    static final class Builder {
        private final List<Branch> branches = new ArrayList<>(2);

        /** Of each branch its rule and its value: two decisions of equal keys are equal. */
        private final List<Integer> key = new ArrayList<>(4);

        /**
         * @param rule a number that no rule with other tests has
         */
        void add(int rule, List<Comparison> tests, int value) {
            branches.add(new Branch(tests, value));
            key.add(rule);
            key.add(value);
        }

        /**
         * The decision, which is one of {@code known} if it can be. The last branches make no
         * difference where they say what is said otherwise.
         */
        Decision otherwise(int value, Map<List<Integer>, Decision> known) {
            int needed = branches.size();
            while (needed > 0 && branches.get(needed - 1).value() == value) {
                needed--;
            }
            List<Integer> wanted = new ArrayList<>(key.subList(0, 2 * needed));
            wanted.add(value);
            Decision decision = known.get(wanted);
            if (decision == null) {
                decision = new Decision(List.copyOf(branches.subList(0, needed)), value);
                known.put(wanted, decision);
            }
            return decision;
        }
    }
}
