package io.bailey.sandbox;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What is done with some system calls.
 *
 * @param calls their names, such as {@code openat}, in alphabetical order; immutable
 * @param action what is done
 * @param arguments tests that must all hold; several on one argument need only one of them to; none
 *     matches every call
 * @since 0.1
 */
public record SeccompRule(
        Set<String> calls, SeccompAction action, List<SeccompArgument> arguments) {

    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,63}");

    /**
     * Creates a rule with copies of the collections.
     *
     * @throws SandboxConfigException if there is no call, or a name that cannot be one
     */
    public SeccompRule {
        Objects.requireNonNull(action, "action");
        arguments = List.copyOf(arguments);
        if (calls.isEmpty()) {
            throw new SandboxConfigException("seccomp: a rule needs at least one system call");
        }
        for (String call : calls) {
            if (!NAME.matcher(call).matches()) {
                throw new SandboxConfigException(
                        "seccomp: " + Text.quote(call) + " is not the name of a system call");
            }
        }
        calls = Collections.unmodifiableSet(new TreeSet<>(calls));
    }
}
