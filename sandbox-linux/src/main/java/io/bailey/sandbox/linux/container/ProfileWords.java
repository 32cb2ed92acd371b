package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SeccompAction;
import io.bailey.sandbox.SeccompArgument;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.SeccompRule;
import io.bailey.sandbox.linux.seccomp.Action;
import io.bailey.sandbox.linux.seccomp.Comparison;
import io.bailey.sandbox.linux.seccomp.Conditions;
import io.bailey.sandbox.linux.seccomp.Operator;
import io.bailey.sandbox.linux.seccomp.Profile;
import io.bailey.sandbox.linux.seccomp.ProfileReader;
import io.bailey.sandbox.linux.seccomp.Rule;
import io.bailey.sandbox.linux.seccomp.StandardProfile;
import io.bailey.sandbox.linux.seccomp.StrictProfile;

import java.util.List;
import java.util.stream.Stream;

/** The words of the API in those of the seccomp room. */
final class ProfileWords {
    private ProfileWords() {}

    static Profile read(SeccompProfile profile) {
        return switch (profile) {
            case SeccompProfile.Standard() -> StandardProfile.profile();
            case SeccompProfile.Strict() -> StrictProfile.profile();
            case SeccompProfile.None() -> Profile.NONE;
            case SeccompProfile.Document(var json) -> ProfileReader.read(json);
            case SeccompProfile.Rules rules -> read(rules);
        };
    }

    private static Profile read(SeccompProfile.Rules profile) {
        List<Rule> rules = profile.rules().stream().flatMap(ProfileWords::rules).toList();
        new Profile(Action.ALLOW, rules).requireKnownNames();
        return profile.base().isEmpty()
                ? new Profile(action(profile.otherwise()), rules)
                : read(profile.base().getFirst()).preceded(rules);
    }

    /** Several, where of tests on one argument any suffices. */
    private static Stream<Rule> rules(SeccompRule rule) {
        Rule all =
                new Rule(
                        List.copyOf(rule.calls()),
                        action(rule.action()),
                        rule.arguments().stream().map(ProfileWords::test).toList(),
                        Conditions.NONE);
        return all.alternatives().stream();
    }

    private static Action action(SeccompAction action) {
        return switch (action) {
            case SeccompAction.Allow() -> Action.ALLOW;
            case SeccompAction.Errno(int errno) -> Action.errno(errno);
            case SeccompAction.Kill() -> Action.KILL_PROCESS;
            case SeccompAction.Trap() -> Action.trap(0);
            case SeccompAction.Log() -> Action.LOG;
        };
    }

    private static Comparison test(SeccompArgument argument) {
        int index = argument.index();
        long value = argument.value();
        return switch (argument.operator()) {
            case NE -> Comparison.of(index, Operator.NE, value);
            case LT -> Comparison.of(index, Operator.LT, value);
            case LE -> Comparison.of(index, Operator.LE, value);
            case EQ -> Comparison.of(index, Operator.EQ, value);
            case GE -> Comparison.of(index, Operator.GE, value);
            case GT -> Comparison.of(index, Operator.GT, value);
            case MASKED_EQ -> Comparison.masked(index, argument.mask(), value);
        };
    }

    /** Does it kill for some call, so that somebody must be there to tell its name? */
    static boolean kills(SeccompProfile profile) {
        if (profile instanceof SeccompProfile.Document) {
            return kills(read(profile));
        }
        return profile instanceof SeccompProfile.Rules rules
                && (rules.otherwise() instanceof SeccompAction.Kill
                        || rules.rules().stream()
                                .anyMatch(rule -> rule.action() instanceof SeccompAction.Kill)
                        || rules.base().stream().anyMatch(ProfileWords::kills));
    }

    private static boolean kills(Profile profile) {
        return Stream.concat(
                        profile.rules().stream().map(Rule::action),
                        Stream.of(profile.otherwise(), profile.unknown()))
                .anyMatch(action ->
                        action.equals(Action.KILL_PROCESS) || action.equals(Action.KILL_THREAD));
    }

    static boolean allows32Bit(SeccompProfile profile) {
        return profile instanceof SeccompProfile.Rules rules
                && (rules.foreignAbi()
                        || rules.base().stream().anyMatch(ProfileWords::allows32Bit));
    }
}
