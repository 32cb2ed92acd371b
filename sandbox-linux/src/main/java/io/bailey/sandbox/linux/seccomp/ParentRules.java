package io.bailey.sandbox.linux.seccomp;

import static io.bailey.sandbox.linux.seccomp.Action.NO_SUCH_CALL;
import static io.bailey.sandbox.linux.seccomp.Comparison.hasBit;

import java.util.List;

/**
 * Rules that let nobody give its child to its own parent, to be tried before a profile's own: the
 * parent of a command that entered a sandbox stands outside the pid namespace. What is born to it
 * would outlive the sandbox's wait for it, and end as a child of the host's init.
 *
 * <p>clone3 has its flags behind a pointer and is ENOSYS: C libraries fall back to clone.
 */
public final class ParentRules {
    private static final long CLONE_PARENT = 0x8000;

    /** As the kernel says to a pid namespace's init, clone(2). */
    private static final Action EINVAL = Action.errno(22);

    private ParentRules() {}

    /** The rules. */
    public static List<Rule> rules() {
        return List.of(
                Rule.of(EINVAL, "clone", hasBit(0, CLONE_PARENT)), Rule.of(NO_SUCH_CALL, "clone3"));
    }
}
