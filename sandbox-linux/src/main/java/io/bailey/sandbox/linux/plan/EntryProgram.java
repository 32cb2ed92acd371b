package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.SyscallProgram;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The few operations the child makes while it shares the JVM's memory: join the cgroup, choose the
 * descriptors that live on, keep its capabilities, exec the init. It changes no user id here: that
 * would flip the dumpable flag of the JVM.
 */
final class EntryProgram {
    private static final Argument KEEP = Argument.of(0);
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int CLOSE_RANGE_CLOEXEC = 4;

    private static final List<Binding> STANDARD =
            List.of(
                    Bindings.STDIN,
                    Bindings.STDOUT,
                    Bindings.STDERR,
                    Bindings.STATUS,
                    Bindings.LIFELINE);

    private EntryProgram() {}

    static SyscallProgram compile(Site site, Optional<Detachment> detachment) {
        ProgramBuilder program = new ProgramBuilder("entry");
        joinCgroups(program, site);
        List<Binding> kept = new ArrayList<>(kept(site));
        detachment.ifPresent(d -> kept.addAll(d.descriptors()));
        keepOnly(program, kept);
        if (site.identity().userNamespace()) {
            keepCapabilities(program, site);
        }
        execute(program, "bailey-init");
        return program.build();
    }

    /** For a process that enters a sandbox that is there: it keeps its user, and so what it may. */
    static SyscallProgram entering(SandboxSpec spec, Site site, List<Binding> more) {
        ProgramBuilder program = new ProgramBuilder("entry");
        joinCgroups(program, site);
        List<Binding> kept = new ArrayList<>(STANDARD);
        kept.addAll(EnterSteps.used(spec, site));
        kept.addAll(more);
        keepOnly(program, kept);
        execute(program, "bailey-exec");
        return program.build();
    }

    private static void joinCgroups(ProgramBuilder program, Site site) {
        for (int i = 0; i < site.cgroupFds(); i++) {
            program.step("join the cgroup", "tasks");
            program.call(
                    Sys.WRITE, Argument.of(Bindings.cgroup(i)), Argument.of("0"), Argument.of(1));
        }
    }

    private static void execute(ProgramBuilder program, String name) {
        program.step("execute the init", "memfd");
        program.call(
                Sys.EXECVEAT,
                Argument.of(Bindings.IMAGE),
                Argument.of(""),
                Argument.of(argv(name)),
                Argument.of(Blob.struct("[]", 0)),
                Argument.flags("AT_EMPTY_PATH", Linux.AT_EMPTY_PATH));
    }

    private static Blob argv(String name) {
        return Blob.struct(
                "[\"" + name + "\"]",
                List.of(new Blob.Address(new Blob.Text(name), 0), new Blob.Number(0)));
    }

    /**
     * Every descriptor of the JVM closes at the exec, also one that someone opened without
     * O_CLOEXEC, but these.
     */
    private static void keepOnly(ProgramBuilder program, List<Binding> kept) {
        program.step("close the JVM's descriptors on exec", "");
        program.call(
                Sys.CLOSE_RANGE,
                Argument.of(3),
                Argument.flags("~0U", 0xFFFFFFFFL),
                Argument.flags("CLOSE_RANGE_CLOEXEC", CLOSE_RANGE_CLOEXEC));
        for (Binding fd : kept) {
            program.step("hand over", fd.name());
            program.call(
                    Sys.FCNTL, Argument.of(fd), Argument.flags("F_SETFD", Linux.F_SETFD), KEEP);
        }
    }

    static List<Binding> kept(Site site) {
        List<Binding> kept = new ArrayList<>(STANDARD);
        List<Optional<TreeSource>> sources =
                new ArrayList<>(
                        List.of(
                                site.root().map(Site.RootSite::tree),
                                site.root().flatMap(Site.RootSite::writableLayer),
                                site.trees().dev(),
                                site.trees().sys(),
                                site.trees().proc()));
        site.mounts().forEach(mount -> sources.add(mount.source()));
        if (site.freshMounts()) {
            sources.add(Optional.of(Site.VISIBLE_SYS));
        }
        site.devices().forEach(device -> sources.add(Optional.of(device.node())));
        for (Optional<TreeSource> source : sources) {
            if (source.isPresent() && source.get() instanceof TreeSource.Detached(Binding fd)) {
                kept.add(fd);
            }
        }
        return kept;
    }

    /**
     * Until the maps are written the child's own id is not mapped, and an exec under an unmapped id
     * drops every capability. Ambient ones survive it, capabilities(7). Nothing is permitted here
     * that was not before, so the shared memory stays dumpable as it was (commit_creds,
     * kernel/cred.c).
     */
    private static void keepCapabilities(ProgramBuilder program, Site site) {
        program.step("keep the capabilities of the set-up over the exec", "");
        Capabilities all = Capabilities.upTo(site.lastCapability());
        program.call(Sys.CAPSET, Argument.of(Capabilities.header()), Argument.of(all.data()));
        long raised = 0;
        for (Capabilities.Needed needed : Capabilities.Needed.values()) {
            raise(program, Argument.flags(needed.name(), needed.number()));
            raised |= 1L << needed.number();
        }
        new Capabilities(site.walls().capabilities() & ~raised)
                .numbers()
                .forEach(number -> raise(program, Argument.of(number)));
    }

    private static void raise(ProgramBuilder program, Argument capability) {
        program.call(
                Sys.PRCTL,
                Argument.flags("PR_CAP_AMBIENT", PR_CAP_AMBIENT),
                Argument.flags("PR_CAP_AMBIENT_RAISE", PR_CAP_AMBIENT_RAISE),
                capability,
                Argument.of(0),
                Argument.of(0));
    }
}
