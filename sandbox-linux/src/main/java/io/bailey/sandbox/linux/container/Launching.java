package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.launch.LaunchRequest;
import io.bailey.sandbox.linux.launch.LaunchRequest.Death;
import io.bailey.sandbox.linux.launch.LaunchRequest.OutputBounds;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.sys.Fd;

import java.util.Map;
import java.util.Optional;

/** Starts the first process of a sandbox: puts together what that takes, and lets go of it. */
record Launching(Engine engine, SandboxSpec spec, Preflight preflight) {

    /** For a command that is known. */
    Session launch(Birth birth, Compiled compiled, Cgroup cgroup, Optional<WritableLayer> layer) {
        return launch(birth, compiled, cgroup, layer, false);
    }

    /** For one that comes later; {@code birth} says what it is made for. */
    Session park(Birth birth, Compiled compiled, Cgroup cgroup, Optional<WritableLayer> layer) {
        return launch(birth, compiled, cgroup, layer, true);
    }

    private Session launch(
            Birth birth,
            Compiled compiled,
            Cgroup cgroup,
            Optional<WritableLayer> layer,
            boolean parked) {
        Optional<Fd> piece = layer.flatMap(WritableLayer::begin);
        try (StartTrees trees = StartTrees.open(engine, spec, preflight)) {
            Map<Binding, Integer> numbers = trees.numbers();
            piece.ifPresent(fd -> WritableLayer.bind(fd, numbers));
            LaunchRequest request = request(birth, compiled, cgroup, numbers);
            return parked ? engine.launcher().park(request) : engine.launcher().launch(request);
        } finally {
            piece.ifPresent(Fd::close);
        }
    }

    private LaunchRequest request(
            Birth birth, Compiled compiled, Cgroup cgroup, Map<Binding, Integer> numbers) {
        var maps = compiled.who().maps();
        int hostUid = maps.map(m -> m.hostUid(compiled.who().runAs().uid())).orElse(-1);
        int hostGid = maps.map(m -> m.hostGid(compiled.who().runAs().gid())).orElse(-1);
        birth.detached().ifPresent(files -> files.bind(numbers, hostUid, hostGid));
        return new LaunchRequest(
                compiled.blueprint().cloneFlags().bits(),
                compiled.entry(),
                compiled.init(),
                cgroup.directoryFd(),
                cgroup.attachFds(),
                numbers,
                maps,
                birth.streams(),
                compiled.hostTerminal(spec),
                bounds(birth),
                hostUid,
                hostGid,
                engine.facts().privileged() && engine.facts().euid() == 0,
                spec.security().isolation() == Isolation.UNPRIVILEGED ? Death.LIFELINE : Death.KILL,
                !spec.init(),
                birth.tap(),
                birth.detached().map(DetachedFiles::lasting));
    }

    /** How much may come of the output of what is born. */
    OutputBounds bounds(Birth birth) {
        return birth.container()
                ? OutputBounds.living(spec.captureLimit(), spec.outputLimit())
                : OutputBounds.of(spec.captureLimit(), spec.outputLimit());
    }
}
