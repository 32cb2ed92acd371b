package io.bailey.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Collects the rules of a {@link SeccompProfile.Rules}. */
final class SeccompProfileBuilder implements SeccompProfile.Builder {

    private static final SeccompAction EPERM = SeccompAction.errno(1);

    private final List<SeccompRule> rules;
    private final List<SeccompProfile> base;
    private SeccompAction otherwise;
    private boolean foreignAbi;

    SeccompProfileBuilder(
            List<SeccompProfile> base, SeccompAction otherwise, List<SeccompRule> rules) {
        this.base = base;
        this.otherwise = otherwise;
        this.rules = new ArrayList<>(rules);
    }

    @Override
    public SeccompProfile.Builder allow(String... calls) {
        return rule(new SeccompRule(Set.of(calls), SeccompAction.allow(), List.of()));
    }

    @Override
    public SeccompProfile.Builder allow(
            String call, SeccompArgument argument, SeccompArgument... more) {
        return rule(new SeccompRule(Set.of(call), SeccompAction.allow(), all(argument, more)));
    }

    @Override
    public SeccompProfile.Builder deny(String... calls) {
        return rule(new SeccompRule(Set.of(calls), EPERM, List.of()));
    }

    @Override
    public SeccompProfile.Builder deny(
            String call, SeccompArgument argument, SeccompArgument... more) {
        return rule(new SeccompRule(Set.of(call), EPERM, all(argument, more)));
    }

    private static List<SeccompArgument> all(SeccompArgument first, SeccompArgument... more) {
        List<SeccompArgument> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all;
    }

    @Override
    public SeccompProfile.Builder kill(String... calls) {
        return rule(new SeccompRule(Set.of(calls), SeccompAction.kill(), List.of()));
    }

    @Override
    public SeccompProfile.Builder rule(SeccompRule rule) {
        rules.add(rule);
        return this;
    }

    @Override
    public SeccompProfile.Builder otherwise(SeccompAction action) {
        if (!base.isEmpty()) {
            throw new SandboxConfigException(
                    "seccomp otherwise: "
                            + action
                            + " would never act, for "
                            + base.getFirst()
                            + " decides what no rule does");
        }
        otherwise = action;
        return this;
    }

    @Override
    public SeccompProfile.Builder allow32Bit() {
        foreignAbi = true;
        return this;
    }

    @Override
    public SeccompProfile build() {
        return new SeccompProfile.Rules(rules, base, otherwise, foreignAbi);
    }
}
