package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.ArrayList;
import java.util.List;

/**
 * The way into a sandbox that runs, for the watcher of a further command.
 *
 * <p>What is inside may be an enemy by now. So the watcher is in memory of its own, not dumpable
 * before it joins anything (CVE-2016-9962), and that memory belongs to the JVM's user namespace: no
 * capability inside opens it. It stays out of the pid namespace itself, where only the command is
 * born. And as long as it has privileges it opens nothing by a path in there: what it needs, it
 * brings along as descriptors.
 */
final class EnterSteps {
    private final ProgramBuilder program;
    private final SandboxSpec spec;
    private final Site site;
    private final InitSteps watcher;

    EnterSteps(ProgramBuilder program, SandboxSpec spec, Site site, InitSteps watcher) {
        this.program = program;
        this.spec = spec;
        this.site = site;
        this.watcher = watcher;
    }

    /** The descriptors it takes. */
    static List<Binding> used(SandboxSpec spec, Site site) {
        List<Binding> used = new ArrayList<>();
        if (joinsByPidfd(spec)) {
            used.add(Bindings.FIRST_PROCESS);
        }
        if (spec.namespaces().contains(Namespace.TIME)) {
            used.add(Bindings.TIME_NAMESPACE);
        }
        if (changesRoot(spec, site)) {
            used.add(Bindings.ENTERED_ROOT);
        }
        return used;
    }

    private static boolean joinsByPidfd(SandboxSpec spec) {
        return spec.namespaces().stream().anyMatch(namespace -> namespace != Namespace.TIME);
    }

    private static boolean changesRoot(SandboxSpec spec, Site site) {
        return site.root().isPresent() && spec.rootChange() == RootChange.CHROOT;
    }

    void all() {
        watcher.beOnItsOwn("bailey-exec");
        watcher.beInvisible();
        join();
        // Not before: with the user namespace comes a whole new set (set_cred_user_ns,
        // kernel/user_namespace.c).
        watcher.dropBoundingSet();
        if (site.identity().userNamespace()) {
            watcher.becomeSandboxRoot();
        }
        if (changesRoot(spec, site)) {
            program.step("chroot", "the container's root");
            program.call(Sys.FCHDIR, Argument.of(Bindings.ENTERED_ROOT));
            program.call(Sys.CHROOT, Argument.of("."));
            program.call(Sys.CHDIR, Argument.of("/"));
        }
    }

    /**
     * All in one call, which finds out before it changes anything whether it may (validate_nsset):
     * the first process is closed to whoever is in its user namespace only, so there is no second
     * look at it from inside. Of the pid namespace only children become part.
     */
    private void join() {
        CloneFlags joined = CloneFlags.joined(spec.namespaces());
        if (joined.bits() != 0) {
            join("the container's namespaces", Bindings.FIRST_PROCESS, joined);
        }
        if (spec.namespaces().contains(Namespace.TIME)) {
            join(
                    "the container's time namespace",
                    Bindings.TIME_NAMESPACE,
                    new CloneFlags(CloneFlags.CLONE_NEWTIME, "CLONE_NEWTIME"));
        }
    }

    private void join(String what, Binding by, CloneFlags flags) {
        program.step("join", what);
        program.call(Sys.SETNS, Argument.of(by), Argument.flags(flags.text(), flags.bits()));
    }
}
