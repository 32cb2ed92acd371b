package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.LogPolicy;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.plan.Detachment.Kept;

/** What a detached container cannot have, for want of a JVM; and what becomes of its output. */
final class DetachedTerms {
    private static final String INSTEAD =
            "; a detached container outlives it. Leave it out, or use start()";

    private DetachedTerms() {}

    /**
     * @throws SandboxConfigException if something could not last
     */
    static void check(SandboxSpec spec, Command command) {
        refuse(spec.timeout().isPresent(), "timeout: it is this JVM that keeps the time");
        refuse(command.wallTimeout().isPresent(), "timeout: it is this JVM that keeps the time");
        refuse(spec.cpuTime().isPresent(), "cpuTime: it is this JVM that reads the clock");
        refuse(command.terminal().isPresent(), "terminal: it is this JVM that has the other end");
        refuse(
                !(command.input() instanceof Input.Empty),
                "stdin: it is this JVM that writes it, and only Input.empty() needs nobody");
        check(command.output(), "stdout");
        check(command.errorOutput(), "stderr");
        if (!spec.init()) {
            throw new SandboxConfigException(
                    "init: a detached container's init keeps its log and its exit status; leave out"
                            + " init(false), or use start()");
        }
        if (spec.security().isolation() == Isolation.UNPRIVILEGED
                || !spec.namespaces().contains(Namespace.PID)) {
            throw new SandboxConfigException(
                    "namespaces: a detached container needs a PID namespace, so that all of it ends"
                            + " with its init, whoever ends that; use isolation FULL with the"
                            + " namespace PID, or start()");
        }
    }

    private static void check(Output output, String name) {
        boolean lasts =
                switch (output) {
                    case Output.Capture(var max) -> max.isEmpty();
                    case Output.Log(), Output.Discard() -> true;
                    case Output.Lines _,
                            Output.Sink _,
                            Output.File _,
                            Output.Inherit(),
                            Output.Pipe() ->
                            false;
                };
        refuse(
                !lasts,
                name
                        + ": it is this JVM that would take it, and only Output.log() and"
                        + " Output.discard() need nobody");
    }

    private static void refuse(boolean asked, String why) {
        if (asked) {
            throw new SandboxConfigException(why + INSTEAD);
        }
    }

    /**
     * What becomes of a stream. A command with the host's own ids must not get the host's
     * /dev/null: as root it could change its mode.
     *
     * @param ownIds whether it has ids of its own
     */
    static Kept of(Output output, LogPolicy policy, boolean ownIds) {
        boolean remembered =
                policy.place() != LogPolicy.Place.NONE && !(output instanceof Output.Discard);
        if (remembered) {
            return Kept.LOGGED;
        }
        return ownIds ? Kept.NOT_SEEN : Kept.FORGOTTEN;
    }
}
