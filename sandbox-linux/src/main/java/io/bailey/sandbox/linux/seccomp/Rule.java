package io.bailey.sandbox.linux.seccomp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What happens to some system calls if all {@code tests} of their arguments are true.
 *
 * @param names as in the kernel's tables; those that an architecture does not have mean nothing
 *     there
 */
public record Rule(
        List<String> names, Action action, List<Comparison> tests, Conditions conditions) {

    public Rule {
        names = List.copyOf(names);
        tests = List.copyOf(tests);
    }

    public Rule(List<String> names, Action action) {
        this(names, action, List.of(), Conditions.NONE);
    }

    /**
     * As {@code names}, parted by blanks, with all the tests.
     *
     * @param names "read write"
     */
    static Rule of(Action action, String names, Comparison... tests) {
        return new Rule(List.of(names.split(" ", -1)), action, List.of(tests), Conditions.NONE);
    }

    /** The same for whom {@code capability} was granted only. */
    Rule with(String capability) {
        return new Rule(names, action, tests, Conditions.with(capability));
    }

    /**
     * As runc reads a rule: where two tests are of the same argument, any of its tests suffices,
     * and the rule is in truth one for each.
     */
    public List<Rule> alternatives() {
        Set<Integer> indexes = new HashSet<>();
        for (Comparison test : tests) {
            indexes.add(test.index());
        }
        if (indexes.size() == tests.size()) {
            return List.of(this);
        }
        List<Rule> rules = new ArrayList<>();
        for (Comparison test : tests) {
            rules.add(new Rule(names, action, List.of(test), conditions));
        }
        return List.copyOf(rules);
    }
}
