package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.LaunchRequest;
import io.bailey.sandbox.linux.launch.LaunchRequest.Death;
import io.bailey.sandbox.linux.launch.LaunchRequest.OutputBounds;
import io.bailey.sandbox.linux.launch.OutputTap;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.Planner;
import io.bailey.sandbox.linux.plan.Walls;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** Where further commands enter one container. */
final class Entrance {
    /** What a command meets, and where, that enters while the container is on its way out. */
    private static final Set<String> SIGNS_OF_THE_END =
            Set.of("ESRCH", "ENOMEM", "ENODEV", "EINVAL");

    /**
     * What it meets as well once the first process has let go of its memory and its namespaces, and
     * otherwise means something else: whether that process is ending is asked.
     */
    private static final Set<String> SIGNS_IF_ENDING = Set.of("ENOENT", "EACCES", "EPERM");

    private static final List<String> STEPS_INTO_IT =
            List.of("clone3", "join", "open", "start the command");

    /** From the first of those signs to the end. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Engine engine;
    private final SandboxSpec spec;
    private final SiteSurvey survey;
    private final Walls walls;
    private final Running host;
    private final OwnGround ground;
    private final AtomicReference<@Nullable Compiled> lastCompiled = new AtomicReference<>();

    Entrance(Engine engine, SandboxSpec spec, SiteSurvey survey, Walls walls, Running host) {
        this.engine = engine;
        this.spec = spec;
        this.survey = survey;
        this.walls = walls;
        this.host = host;
        this.ground = host.sandbox();
    }

    /** Runs {@code command} and waits for it. */
    Result exec(Command command) throws InterruptedException {
        Pipes.refuse(command, "exec");
        Running guest = begin(command, false);
        try {
            return guest.await();
        } catch (SandboxSetupException failure) {
            throw unlessEnded(failure);
        } finally {
            ground.guests().leave(guest.session());
        }
    }

    /** Runs it without waiting. */
    CompletableFuture<Result> execAsync(Command command) {
        Running guest;
        try {
            Pipes.refuse(command, "execAsync");
            guest = begin(command, false);
        } catch (SandboxException | IllegalStateException failure) {
            return CompletableFuture.failedFuture(failure);
        }
        guest.watchSession();
        CancellableResult future = new CancellableResult(guest::forsake);
        var _ = whenLeft(guest).whenComplete(future::settle);
        return future;
    }

    /** Starts it. Returns when its exec has succeeded. */
    ContainerProcess start(Command command) {
        Running guest = begin(Pipes.byDefault(command), true);
        Optional<ProcessHandle> handle = ProcessHandle.of(guest.pid());
        CompletableFuture<Void> started = guest.awaitStart();
        guest.watchSession();
        CompletableFuture<Result> exit = whenLeft(guest);
        started.join();
        Session session = guest.session();
        if (session.failure().isPresent() || session.internalFailure().isPresent()) {
            throw notStarted(exit);
        }
        return new ContainerProcess(guest, handle, exit);
    }

    private static RuntimeException notStarted(CompletableFuture<Result> exit) {
        return exit.handle((result, failure) ->
                        failure instanceof IllegalStateException ended
                                ? ended
                                : LinuxSandbox.failureOf(exit))
                .join();
    }

    /** Its result, once it is counted no longer among those inside. */
    private CompletableFuture<Result> whenLeft(Running guest) {
        CompletableFuture<Result> left = new CompletableFuture<>();
        var _ =
                guest.finishInBackground()
                        .whenComplete((result, failure) -> {
                            ground.guests().leave(guest.session());
                            if (result != null) {
                                left.complete(result);
                            } else {
                                left.completeExceptionally(
                                        failure instanceof SandboxSetupException step
                                                ? unlessEnded(step)
                                                : LinuxContainer.failure(failure));
                            }
                        });
        return left;
    }

    private Running begin(Command command, boolean announceExec) {
        long askedAt = System.nanoTime();
        SiteSurvey.Who who = survey.who(command, host.compiled().who());
        Compiled compiled = compile(command, who, announceExec);
        Session session = enter(command, compiled);
        try {
            return Failures.orEnded(session, () -> guest(command, compiled, session, askedAt));
        } catch (RuntimeException | Error failure) {
            ground.guests().leave(session);
            throw failure;
        }
    }

    private Running guest(Command command, Compiled compiled, Session session, long askedAt) {
        Running guest =
                new Running(
                        engine,
                        spec,
                        command,
                        compiled,
                        new SharedGround(host),
                        session,
                        host.id(),
                        0,
                        askedAt);
        guest.watchCalls(walls, host::end);
        guest.watch();
        return guest;
    }

    private Compiled compile(Command command, SiteSurvey.Who who, boolean announceExec) {
        Cgroup cgroup = ground.cgroup();
        Compiled.Key key =
                Compiled.Key.of(
                        command,
                        Optional.of(who),
                        cgroup.attachFds().size(),
                        cgroup.directoryFd().isPresent(),
                        announceExec,
                        Optional.empty());
        Compiled last = lastCompiled.get();
        if (last != null && last.key().equals(key)) {
            return last;
        }
        Blueprint blueprint =
                Planner.enter(
                        spec, command, survey.site(who, cgroup, announceExec, Optional.empty()));
        Compiled fresh = Compiled.of(key, who, blueprint);
        lastCompiled.set(fresh);
        return fresh;
    }

    private Session enter(Command command, Compiled compiled) {
        try {
            return ground.guests().admit(() -> launch(command, compiled));
        } catch (LaunchException failure) {
            throw unlessEnded(Failures.entering(failure, spec));
        } catch (SandboxSetupException failure) {
            throw unlessEnded(failure);
        }
    }

    private Session launch(Command command, Compiled compiled) {
        if (host.verdict().isPresent()) {
            throw Guests.ended();
        }
        try (WayIn way = WayIn.open(engine.linux(), spec, host.session());
                var _ = ground.cgroup().entering()) {
            var maps = compiled.who().maps();
            return engine.launcher()
                    .launch(
                            new LaunchRequest(
                                    compiled.blueprint().cloneFlags().bits(),
                                    compiled.entry(),
                                    compiled.init(),
                                    ground.cgroup().directoryFd(),
                                    ground.cgroup().attachFds(),
                                    way.numbers(),
                                    Optional.empty(),
                                    command,
                                    compiled.hostTerminal(spec),
                                    OutputBounds.of(spec.captureLimit(), spec.outputLimit()),
                                    maps.map(m -> m.hostUid(compiled.who().runAs().uid()))
                                            .orElse(-1),
                                    maps.map(m -> m.hostGid(compiled.who().runAs().gid()))
                                            .orElse(-1),
                                    false,
                                    // Of a watcher killed the group would stay.
                                    spec.security().isolation() == Isolation.UNPRIVILEGED
                                            ? Death.LIFELINE
                                            : Death.WORD,
                                    false,
                                    OutputTap.NONE));
        }
    }

    /** That the container is ending is the better answer, if it is the cause. */
    private RuntimeException unlessEnded(SandboxSetupException failure) {
        return host.verdict().isPresent() || host.session().isGone() || isOfTheEnd(failure)
                ? new IllegalStateException(
                        "the container ended while the command was entering it", failure)
                : failure;
    }

    private boolean isOfTheEnd(SandboxSetupException failure) {
        if (STEPS_INTO_IT.stream().noneMatch(failure.step()::startsWith)) {
            return false;
        }
        boolean sign =
                SIGNS_OF_THE_END.contains(failure.errno())
                        || (SIGNS_IF_ENDING.contains(failure.errno())
                                && (host.session().isGone()
                                        || WayIn.isEnding(engine.linux(), host.pid())));
        return sign && host.session().awaitGone(PATIENCE);
    }
}
