package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.SyscallProgram;

import java.util.Set;

/** Compiles a spec, a command and a site into the programs of one sandbox. */
public final class Planner {

    private Planner() {}

    /** The plan. Pure: equal arguments give equal listings. */
    public static Blueprint compile(SandboxSpec spec, Command command, Site site) {
        return new Blueprint(
                CloneFlags.of(spec.namespaces(), site.cgroupDirectory()),
                EntryProgram.compile(site),
                init(spec, command, site));
    }

    private static SyscallProgram init(SandboxSpec spec, Command command, Site site) {
        ProgramBuilder program = new ProgramBuilder("init");
        InitSteps init = new InitSteps(program, spec, site);
        CommandSteps child = new CommandSteps(program, spec, command, site);
        init.begin();
        new NamespaceSteps(program, spec).all();
        site.root().ifPresent(root -> new RootSteps(program, spec, site, root).all());
        init.takeStreams();
        if (spec.init()) {
            init.startAndWatch(child, spec);
        } else {
            child.all(true, init.jvmGone());
            init.end();
        }
        return program.build();
    }

    /**
     * The plan of a further command in a sandbox that runs: its init is a watcher of its own, which
     * enters. Pure, as {@link #compile}.
     *
     * @param site as for {@link #compile}; its trees and mounts are of no account, they are there
     */
    public static Blueprint enter(SandboxSpec spec, Command command, Site site) {
        return new Blueprint(
                CloneFlags.of(Set.of(), site.cgroupDirectory()),
                EntryProgram.entering(spec, site),
                watcher(spec, command, site));
    }

    private static SyscallProgram watcher(SandboxSpec spec, Command command, Site site) {
        ProgramBuilder program = new ProgramBuilder("watcher");
        InitSteps watcher = InitSteps.watcher(program, spec, site);
        new EnterSteps(program, spec, site, watcher).all();
        watcher.takeStreams();
        watcher.startAndWatch(new CommandSteps(program, spec, command, site), spec);
        return program.build();
    }

    /** The whole of it for a person to read. */
    public static String explain(Blueprint blueprint, Site site) {
        StringBuilder out = clone(blueprint);
        if (site.identity().userNamespace()) {
            out.append(
                    "     # meanwhile the JVM writes uid_map and gid_map and lets the init go\n");
        }
        out.append("\n# the child, still in the JVM's memory\n")
                .append(blueprint.entry().explain());
        out.append("\n# the init, in its own address space\n").append(blueprint.init().explain());
        return out.toString();
    }

    /** The same for a plan of {@link #enter}. */
    static String explainEntering(Blueprint blueprint) {
        StringBuilder out = clone(blueprint);
        out.append("\n# the child, still in the JVM's memory\n")
                .append(blueprint.entry().explain());
        out.append("\n# the watcher, in its own address space\n")
                .append(blueprint.init().explain());
        return out.toString();
    }

    private static StringBuilder clone(Blueprint blueprint) {
        return new StringBuilder("# in the JVM: the trampoline\n     clone3({flags=")
                .append(blueprint.cloneFlags().text())
                .append(", exit_signal=0}, 88)\n");
    }
}
