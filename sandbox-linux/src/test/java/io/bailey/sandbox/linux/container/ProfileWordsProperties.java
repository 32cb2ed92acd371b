package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.SeccompAction;
import io.bailey.sandbox.SeccompArgument;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.SeccompRule;
import io.bailey.sandbox.linux.seccomp.Action;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A profile made in Java says what a document of the same words says. */
class ProfileWordsProperties {

    @Provide
    Arbitrary<SeccompAction> actions() {
        return Arbitraries.of(
                SeccompAction.allow(),
                SeccompAction.errno(1),
                SeccompAction.errno(38),
                SeccompAction.kill(),
                SeccompAction.trap(),
                SeccompAction.log());
    }

    /** Of few arguments, so that several tests are of one. */
    private static Arbitrary<SeccompArgument> tests() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(SeccompArgument.Operator.class),
                        Arbitraries.longs(),
                        Arbitraries.longs())
                .as((index, operator, value, mask) ->
                        operator == SeccompArgument.Operator.MASKED_EQ
                                ? SeccompArgument.masked(index, mask, value)
                                : SeccompArgument.of(index, operator, value));
    }

    @Provide
    Arbitrary<List<SeccompRule>> rules() {
        Arbitrary<Set<String>> calls =
                Arbitraries.of("read", "openat", "ioctl", "kill").set().ofMinSize(1);
        return Combinators.combine(calls, actions(), tests().list().ofMaxSize(4))
                .as(SeccompRule::new)
                .list()
                .ofMaxSize(5);
    }

    @Property(tries = 300)
    void javaAndDocumentsAreReadAlike(
            @ForAll("rules") List<SeccompRule> rules, @ForAll("actions") SeccompAction otherwise) {
        String json =
                rules.stream()
                        .map(ProfileWordsProperties::rule)
                        .collect(
                                Collectors.joining(
                                        ", ",
                                        "{"
                                                + action(
                                                        "defaultAction",
                                                        "defaultErrnoRet",
                                                        otherwise)
                                                + ", \"syscalls\": [",
                                        "]}"));
        assertThat(ProfileWords.read(new SeccompProfile.Rules(rules, List.of(), otherwise, false)))
                .isEqualTo(ProfileWords.read(new SeccompProfile.Document(json)));
    }

    private static String rule(SeccompRule rule) {
        return "{\"names\": "
                + rule.calls().stream().collect(Collectors.joining("\", \"", "[\"", "\"]"))
                + ", "
                + action("action", "errnoRet", rule.action())
                + rule.arguments().stream()
                        .map(ProfileWordsProperties::test)
                        .collect(Collectors.joining(", ", ", \"args\": [", "]}"));
    }

    private static String action(String name, String number, SeccompAction action) {
        String word = "\"" + name + "\": \"SCMP_ACT_";
        return switch (action) {
            case SeccompAction.Allow() -> word + "ALLOW\"";
            case SeccompAction.Errno(int errno) -> word + "ERRNO\", \"" + number + "\": " + errno;
            case SeccompAction.Kill() -> word + Action.Kind.KILL_PROCESS + "\"";
            case SeccompAction.Trap() -> word + "TRAP\"";
            case SeccompAction.Log() -> word + "LOG\"";
        };
    }

    private static String test(SeccompArgument test) {
        String value = Long.toUnsignedString(test.value());
        String values =
                test.operator() == SeccompArgument.Operator.MASKED_EQ
                        ? Long.toUnsignedString(test.mask()) + ", \"valueTwo\": " + value
                        : value;
        return "{\"index\": %d, \"op\": \"SCMP_CMP_%s\", \"value\": %s}"
                .formatted(test.index(), test.operator(), values);
    }
}
