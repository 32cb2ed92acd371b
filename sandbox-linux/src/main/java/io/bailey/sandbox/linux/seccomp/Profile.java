package io.bailey.sandbox.linux.seccomp;

import java.util.ArrayList;
import java.util.List;

/**
 * Rules in the order they are tried: the first that matches decides.
 *
 * @param otherwise where none does
 * @param unknown of calls whose number no table of ours has, mostly because they are newer
 */
public record Profile(Action otherwise, Action unknown, List<Rule> rules) {

    /** Lets everything through. Rules put before it forbid something nevertheless. */
    public static final Profile NONE = new Profile(Action.ALLOW, List.of());

    public Profile {
        rules = List.copyOf(rules);
    }

    /**
     * A profile that refuses what it does not list says ENOSYS to calls that it cannot know: C
     * libraries try the newest call first and fall back on ENOSYS only.
     */
    public Profile(Action otherwise, List<Rule> rules) {
        this(otherwise, otherwise.kind().denies() ? Action.NO_SUCH_CALL : otherwise, rules);
    }

    /** Tries {@code first} before its own rules. */
    public Profile preceded(List<Rule> first) {
        List<Rule> all = new ArrayList<>(first);
        all.addAll(rules);
        return new Profile(otherwise, unknown, all);
    }

    /**
     * For profiles made in Java, where an unknown name is a slip of the pen. Documents list the
     * calls of many architectures and kernels.
     *
     * @throws ProfileException if no architecture has a call of a rule's name
     */
    public Profile requireKnownNames() {
        for (Rule rule : rules) {
            for (String name : rule.names()) {
                if (!SyscallTable.isKnownAnywhere(name)) {
                    throw new ProfileException(
                            "no system call is called \""
                                    + name
                                    + "\"; known are those of Linux "
                                    + SyscallTable.LINUX
                                    + " on x86-64, i386 and aarch64");
                }
            }
        }
        return this;
    }
}
