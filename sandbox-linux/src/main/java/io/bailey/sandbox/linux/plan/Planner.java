package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.SyscallProgram;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Compiles a spec, a command and a site into the programs of one sandbox. */
public final class Planner {

    /** What a command is called that is not known yet. */
    private static final Command NONE = Command.of("none");

    private Planner() {}

    /** The plan. Pure: equal arguments give equal listings. */
    public static Blueprint compile(SandboxSpec spec, Command command, Site site) {
        return compile(spec, command, site, Optional.empty());
    }

    /**
     * The plan of a sandbox that outlives the JVM, with an init and a pid namespace.
     *
     * @param detachment what its init has in place of the JVM; empty for one that does not
     */
    public static Blueprint compile(
            SandboxSpec spec, Command command, Site site, Optional<Detachment> detachment) {
        return new Blueprint(
                CloneFlags.of(cloned(spec, site), site.cgroupDirectory()),
                EntryProgram.compile(site, detachment),
                init(spec, command, site, detachment));
    }

    /** One that the init makes is none of clone3's. */
    private static Set<Namespace> cloned(SandboxSpec spec, Site site) {
        if (!site.freshMounts()) {
            return spec.namespaces();
        }
        Set<Namespace> cloned = EnumSet.copyOf(spec.namespaces());
        cloned.remove(Namespace.MOUNT);
        return cloned;
    }

    private static SyscallProgram init(
            SandboxSpec spec, Command command, Site site, Optional<Detachment> detachment) {
        ProgramBuilder program = new ProgramBuilder("init");
        InitSteps init = new InitSteps(program, spec, site, detachment);
        CommandSteps child = new CommandSteps(program, spec, command, site);
        init.begin();
        new NamespaceSteps(program, spec).all();
        site.root().ifPresent(root -> new RootSteps(program, spec, site, root).all());
        init.takeStreams();
        if (spec.init()) {
            init.startAndWatch(() -> child.all(false, init.jvmGone()), spec);
        } else {
            child.all(true, init.jvmGone());
            init.end();
        }
        return program.build();
    }

    /** The plan of a sandbox whose command comes later. Pure, as {@link #compile}. */
    public static Parked park(SandboxSpec spec, Site site, Parked.Kind kind) {
        ProgramBuilder program = new ProgramBuilder("init");
        InitSteps init = InitSteps.parked(program, spec, site, kind);
        CommandSteps child = new CommandSteps(program, spec, NONE, site);
        init.begin();
        new NamespaceSteps(program, spec).all();
        site.root().ifPresent(root -> new RootSteps(program, spec, site, root).all());
        init.takeStreams();
        if (spec.init()) {
            init.startAndWatch(() -> child.park(false, kind.filtered(), init.jvmGone()), spec);
        } else {
            init.endAside();
            child.park(true, kind.filtered(), init.jvmGone());
        }
        Blueprint blueprint =
                new Blueprint(
                        CloneFlags.of(cloned(spec, site), site.cgroupDirectory()),
                        EntryProgram.compile(site, Optional.empty()),
                        program.build());
        return new Parked(blueprint, program, spec, site, kind);
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
                EntryProgram.entering(spec, site, List.of()),
                watcher(spec, command, site));
    }

    private static SyscallProgram watcher(SandboxSpec spec, Command command, Site site) {
        ProgramBuilder program = new ProgramBuilder("watcher");
        InitSteps watcher = InitSteps.watcher(program, spec, site);
        new EnterSteps(program, spec, site, watcher).all();
        watcher.takeStreams();
        CommandSteps child = new CommandSteps(program, spec, command, site);
        watcher.startAndWatch(() -> child.all(false, watcher.jvmGone()), spec);
        return program.build();
    }

    /**
     * The plan of an agent that enters a sandbox that runs, as a further command does, and copies
     * into it. Pure, as {@link #compile}.
     *
     * @param sources the files that it copies from
     */
    public static Blueprint copy(
            SandboxSpec spec, Site site, List<CopyStep> steps, List<Binding> sources) {
        ProgramBuilder program = new ProgramBuilder("agent");
        InitSteps agent = InitSteps.watcher(program, spec, site);
        new EnterSteps(program, spec, site, agent).all();
        new CopySteps(program, site).all(steps);
        return new Blueprint(
                CloneFlags.of(Set.of(), site.cgroupDirectory()),
                EntryProgram.entering(spec, site, sources),
                program.build());
    }

    /**
     * The plan of a sandbox without a command: it is there to be entered, until its lifeline ends.
     * Pure, as {@link #compile}.
     */
    public static Blueprint empty(SandboxSpec spec, Site site) {
        ProgramBuilder program = new ProgramBuilder("init");
        InitSteps init = new InitSteps(program, spec, site, Optional.empty());
        init.begin();
        new NamespaceSteps(program, spec).all();
        site.root().ifPresent(root -> new RootSteps(program, spec, site, root).all());
        init.takeStreams();
        init.waitForTheEnd();
        return new Blueprint(
                CloneFlags.of(cloned(spec, site), site.cgroupDirectory()),
                EntryProgram.compile(site, Optional.empty()),
                program.build());
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
