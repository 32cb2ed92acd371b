package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Terminal;
import io.bailey.sandbox.linux.launch.LaunchRequest.HostTerminal;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.program.LinkedProgram;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A blueprint, linked: the same for each start of the same command, so it is kept. */
record Compiled(
        Key key, SiteSurvey.Who who, Blueprint blueprint, LinkedProgram entry, LinkedProgram init) {

    static Compiled of(Key key, SiteSurvey.Who who, Blueprint blueprint) {
        return new Compiled(key, who, blueprint, blueprint.entry().link(), blueprint.init().link());
    }

    /** The same programs, known to go on. */
    Compiled with(Blueprint whole) {
        return new Compiled(key, who, whole, entry, init);
    }

    /** Who gets a terminal, where the sandbox has no devpts of its own to make one in. */
    Optional<HostTerminal> hostTerminal(SandboxSpec spec) {
        if (spec.namespaces().contains(Namespace.MOUNT)) {
            return Optional.empty();
        }
        int uid = who.runAs().uid();
        int gid = who.runAs().gid();
        return Optional.of(
                new HostTerminal(
                        who.maps().map(m -> m.hostUid(uid)).orElse(uid),
                        who.maps().map(m -> m.hostGid(gid)).orElse(gid)));
    }

    /** What of a command, and of its cgroup, the programs depend on. */
    record Key(
            List<String> arguments,
            Map<String, String> environment,
            Optional<String> workingDirectory,
            Optional<Terminal> terminal,
            Optional<SiteSurvey.Who> who,
            int cgroupFds,
            boolean cgroupDirectory,
            boolean announceExec,
            Optional<TreeSource> writableLayer) {

        static Key of(
                Command command,
                Optional<SiteSurvey.Who> who,
                int cgroupFds,
                boolean cgroupDirectory,
                boolean announceExec,
                Optional<TreeSource> writableLayer) {
            return new Key(
                    command.arguments(),
                    command.environment(),
                    command.workingDirectory(),
                    command.terminal(),
                    who,
                    cgroupFds,
                    cgroupDirectory,
                    announceExec,
                    writableLayer);
        }
    }
}
