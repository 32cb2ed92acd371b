package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.LaunchRequest;
import io.bailey.sandbox.linux.launch.LaunchRequest.Death;
import io.bailey.sandbox.linux.launch.OutputTap;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.launch.StatusPipe;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.CopyStep;
import io.bailey.sandbox.linux.plan.Planner;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.Operation;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The root of a container, to copy from and into.
 *
 * @param session its first process's
 * @param service the sandbox that is there for this alone
 */
record CopyPlace(
        Engine engine,
        SandboxSpec spec,
        SiteSurvey survey,
        SiteSurvey.Who who,
        Cgroup cgroup,
        Guests guests,
        Session session,
        Optional<ServiceLife> service)
        implements AutoCloseable {
    private static final Command NONE = Command.of("none");
    private static final String ENDED = "the container ended while files were copied";
    private static final long POLL_NANOS = 5_000_000;

    static CopyPlace of(Engine engine, Life life) {
        OwnGround ground = life.running().sandbox();
        return new CopyPlace(
                engine,
                ground.spec(),
                life.sandbox().survey(),
                life.running().compiled().who(),
                ground.cgroup(),
                ground.guests(),
                life.running().session(),
                Optional.empty());
    }

    static CopyPlace of(Engine engine, LinuxSandbox sandbox, ServiceLife life) {
        return new CopyPlace(
                engine,
                sandbox.whole(),
                sandbox.survey(),
                life.who(),
                life.cgroup(),
                life.guests(),
                life.session(),
                Optional.of(life));
    }

    /** Its root, for this process to read. */
    Fd root() {
        Linux linux = engine.linux();
        requireAlive();
        String path = "/proc/" + session.pid() + "/root";
        int fd = linux.openat(Linux.AT_FDCWD, path, Linux.O_PATH | Linux.O_DIRECTORY, 0);
        if (fd < 0) {
            if (isEnding()) {
                throw ended();
            }
            throw new SandboxSetupException("open", Errno.name(-fd), path, Advice.forEntering(-fd));
        }
        Fd root = linux.own(fd);
        try {
            requireAlive();
            return root;
        } catch (RuntimeException ended) {
            root.close();
            throw ended;
        }
    }

    /** Where a container has ended its mounts are gone, and what they covered would be seen. */
    void requireAlive() {
        if (session.isGone() || engine.linux().pollIn(new int[] {session.pidfd()}, 1, 0) != 0) {
            throw ended();
        }
    }

    private static IllegalStateException ended() {
        return new IllegalStateException(ENDED);
    }

    /** Has the agent take {@code steps}. */
    void carryOut(List<CopyStep> steps, Map<Binding, Integer> sources) {
        Blueprint plan =
                Planner.copy(
                        spec, survey.site(who, cgroup), steps, new ArrayList<>(sources.keySet()));
        Session agent = enter(plan, sources);
        Session.Outcome outcome;
        try {
            if (Thread.currentThread().isVirtual() || !agent.poll(POLL_NANOS)) {
                agent.watch();
            }
            agent.ended().join();
            outcome = agent.finish();
        } catch (RuntimeException | Error failure) {
            agent.breakOff(failure);
            var _ = agent.finish();
            throw failure;
        } finally {
            guests.leave(agent);
        }
        check(plan, outcome);
    }

    private Session enter(Blueprint plan, Map<Binding, Integer> sources) {
        try {
            return guests.admit(() -> launch(plan, sources));
        } catch (LaunchException failure) {
            throw unlessEnding(Failures.entering(failure, spec));
        } catch (SandboxSetupException failure) {
            throw unlessEnding(failure);
        }
    }

    /** That the container is ending is the better answer. */
    private RuntimeException unlessEnding(SandboxException failure) {
        return isEnding() ? new IllegalStateException(ENDED, failure) : failure;
    }

    private Session launch(Blueprint plan, Map<Binding, Integer> sources) {
        requireAlive();
        try (WayIn way = WayIn.open(engine.linux(), spec, session);
                var _ = cgroup.entering()) {
            Map<Binding, Integer> numbers = new HashMap<>(way.numbers());
            numbers.putAll(sources);
            return engine.launcher()
                    .launch(
                            new LaunchRequest(
                                    plan.cloneFlags().bits(),
                                    plan.entry().link(),
                                    plan.init().link(),
                                    cgroup.directoryFd(),
                                    cgroup.attachFds(),
                                    numbers,
                                    Optional.empty(),
                                    NONE,
                                    Optional.empty(),
                                    LaunchRequest.OutputBounds.NONE,
                                    -1,
                                    -1,
                                    false,
                                    Death.KILL,
                                    false,
                                    OutputTap.NONE));
        }
    }

    private void check(Blueprint plan, Session.Outcome outcome) {
        if (outcome.failure().isPresent()) {
            throw unlessEnding(failure(plan, outcome.failure().get()));
        }
        if (outcome.ending().isEmpty()) {
            if (isEnding()) {
                throw ended();
            }
            throw CopyTrouble.of(
                    "copy in",
                    "ECANCELED",
                    "",
                    "what copied was killed: files in memory count for the container's limit of memory; raise it, or"
                            + " copy to a place on a disk");
        }
    }

    private SandboxException failure(Blueprint plan, StatusPipe.Failure failure) {
        if (failure.program() == Blueprint.INIT_FAILED) {
            Operation operation = plan.init().operations().get(failure.operation());
            if (operation.step().startsWith("copy in")) {
                return CopyTrouble.of(operation.step(), -failure.errno(), operation.object());
            }
        }
        return Failures.of(failure, plan, NONE);
    }

    private boolean isEnding() {
        return session.isGone() || WayIn.isEnding(engine.linux(), session.pid());
    }

    @Override
    public void close() {
        service.ifPresent(ServiceLife::close);
    }
}
