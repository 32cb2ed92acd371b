package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.cgroup.CgroupRequest;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.LaunchRequest;
import io.bailey.sandbox.linux.launch.LaunchRequest.Death;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.launch.SystemCallNotice;
import io.bailey.sandbox.linux.launch.Workers;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.Planner;
import io.bailey.sandbox.linux.plan.Site;
import io.bailey.sandbox.linux.plan.Walls;
import io.bailey.sandbox.linux.program.Binding;

import org.jspecify.annotations.Nullable;

import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/** A recipe that has been checked against this host, and the living that were made from it. */
final class LinuxSandbox implements Sandbox {
    private static final String PREFIX = "bailey-" + ProcessHandle.current().pid() + "-";
    private static final int ID_BYTES = 6;

    /** PID_MAX_LIMIT of the kernel, and of the API. */
    private static final int MAX_PIDS = 4_194_304;

    private final Engine engine;
    private final SandboxSpec asked;

    /** As asked, with what its image says. */
    private final SandboxSpec spec;

    private final Preflight preflight;
    private final SiteSurvey survey;
    private final Walls walls;
    private final Consumer<SystemCallNotice> onCall;
    private final CgroupRequest limits;
    private final AtomicReference<@Nullable Compiled> lastCompiled = new AtomicReference<>();
    private final Set<Running> living = ConcurrentHashMap.newKeySet();

    /** Held for reading by whoever starts one: close() waits until it is among the living. */
    private final ReentrantReadWriteLock births = new ReentrantReadWriteLock();

    private boolean closed;

    /**
     * @param onCall told of each system call of a recording
     */
    LinuxSandbox(
            Engine engine,
            SandboxSpec asked,
            SandboxSpec spec,
            Preflight preflight,
            Walls walls,
            Consumer<SystemCallNotice> onCall) {
        this.asked = asked;
        this.onCall = onCall;
        this.engine = engine;
        this.spec = spec;
        this.preflight = preflight;
        this.walls = walls;
        this.survey = new SiteSurvey(engine, spec, preflight, walls);
        this.limits =
                new CgroupRequest(
                        withRoomFor(ownTasks(), spec),
                        spec.cpuTime().isPresent(),
                        !spec.namespaces().contains(Namespace.PID)
                                && spec.security().isolation() == Isolation.FULL,
                        spec.enforcement(),
                        preflight.devices().policy(spec),
                        spec.cgroupParent());
    }

    private int ownTasks() {
        return spec.init() ? 1 : 0;
    }

    /** What is Bailey's, not the caller's, does not count among the processes asked for. */
    private static Limits withRoomFor(int ownTasks, SandboxSpec spec) {
        Limits limits = spec.limits();
        if (limits.pids().isEmpty()) {
            return limits;
        }
        return new Limits(
                limits.memory(),
                limits.memoryHigh(),
                limits.memorySwap(),
                OptionalInt.of(Math.min(MAX_PIDS, limits.pids().getAsInt() + ownTasks)),
                limits.cpus(),
                limits.cpuWeight(),
                limits.cpuset());
    }

    @Override
    public SandboxSpec spec() {
        return asked;
    }

    @Override
    public Result run(Command command) throws InterruptedException {
        Running running = begin(command, false);
        try {
            return running.await();
        } finally {
            living.remove(running);
        }
    }

    @Override
    public CompletableFuture<Result> runAsync(Command command) {
        Running running;
        try {
            running = begin(command, false);
        } catch (SandboxException failure) {
            return CompletableFuture.failedFuture(failure);
        }
        running.watchSession();
        CancellableResult future = new CancellableResult(running::forsake);
        var _ =
                running.finishInBackground()
                        .whenComplete((result, failure) -> {
                            living.remove(running);
                            future.settle(result, failure);
                        });
        return future;
    }

    @Override
    public Container start(Command command) {
        Running running = begin(command, true);
        Optional<ProcessHandle> handle = ProcessHandle.of(running.pid());
        CompletableFuture<Void> started = running.awaitStart();
        running.watchSession();
        CompletableFuture<Result> result = running.finishInBackground();
        var _ = result.whenComplete((r, failure) -> living.remove(running));
        started.join();
        if (running.session().failure().isPresent()
                || running.session().internalFailure().isPresent()) {
            throw failureOf(result);
        }
        Entrance entrance = new Entrance(engine, spec, survey, walls, running);
        return new LinuxContainer(spec, command, running, result, handle, entrance);
    }

    private static SandboxException failureOf(CompletableFuture<Result> result) {
        return result.handle((r, failure) ->
                        failure instanceof SandboxException cause
                                ? cause
                                : new SandboxException("the command did not start", failure))
                .join();
    }

    private Running begin(Command command, boolean announceExec) {
        births.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("this sandbox is closed; build another");
            }
            return bear(command, announceExec);
        } finally {
            births.readLock().unlock();
        }
    }

    private Running bear(Command command, boolean announceExec) {
        long askedAt = System.nanoTime();
        String id = id();
        Optional<WritableLayer> layer =
                WritableLayer.open(engine, spec, preflight, announceExec, id);
        try {
            return bear(command, announceExec, askedAt, id, layer);
        } catch (RuntimeException | Error failure) {
            layer.ifPresent(WritableLayer::close);
            throw failure;
        }
    }

    private Running bear(
            Command command,
            boolean announceExec,
            long askedAt,
            String id,
            Optional<WritableLayer> layer) {
        Cgroup cgroup = engine.cgroups().create(PREFIX + id, limits);
        try {
            Compiled compiled = compile(command, cgroup, announceExec && spec.init(), layer);
            Session session = launch(command, compiled, cgroup, layer);
            return Failures.orEnded(
                    session,
                    () -> {
                        Running running =
                                new Running(
                                        engine,
                                        spec,
                                        command,
                                        compiled,
                                        new OwnGround(engine, spec, cgroup, new Guests(), layer),
                                        session,
                                        id,
                                        ownTasks(),
                                        askedAt);
                        watch(running);
                        living.add(running);
                        return running;
                    });
        } catch (LaunchException failure) {
            cgroup.close();
            throw Failures.of(failure);
        } catch (RuntimeException | Error failure) {
            cgroup.close();
            throw failure;
        }
    }

    private void watch(Running running) {
        if (walls.watch() == Walls.Watch.CALLS) {
            running.session().onCall(onCall);
        }
        running.watchCalls(walls, running::end);
        running.watch();
    }

    private Session launch(
            Command command, Compiled compiled, Cgroup cgroup, Optional<WritableLayer> layer) {
        try (StartTrees trees = StartTrees.open(engine, spec, preflight)) {
            var maps = compiled.who().maps();
            Map<Binding, Integer> numbers = trees.numbers();
            layer.ifPresent(l -> l.bind(numbers));
            return engine.launcher()
                    .launch(
                            new LaunchRequest(
                                    compiled.blueprint().cloneFlags().bits(),
                                    compiled.entry(),
                                    compiled.init(),
                                    cgroup.directoryFd(),
                                    cgroup.attachFds(),
                                    numbers,
                                    maps,
                                    command,
                                    spec.captureLimit().bytes(),
                                    spec.outputLimit()
                                            .map(MemorySize::bytes)
                                            .orElse(Long.MAX_VALUE),
                                    maps.map(m -> m.hostUid(compiled.who().runAs().uid()))
                                            .orElse(-1),
                                    maps.map(m -> m.hostGid(compiled.who().runAs().gid()))
                                            .orElse(-1),
                                    engine.facts().privileged() && engine.facts().euid() == 0,
                                    spec.security().isolation() == Isolation.UNPRIVILEGED
                                            ? Death.LIFELINE
                                            : Death.KILL,
                                    !spec.init()));
        }
    }

    private Compiled compile(
            Command command, Cgroup cgroup, boolean announceExec, Optional<WritableLayer> layer) {
        // A name may mean someone else by now; nobody's name is looked up for root.
        Optional<SiteSurvey.Who> named =
                command.runAs().or(spec::user).map(user -> survey.who(command));
        Compiled.Key key =
                Compiled.Key.of(
                        command,
                        named,
                        cgroup.attachFds().size(),
                        cgroup.directoryFd().isPresent(),
                        announceExec,
                        layer.map(WritableLayer::source));
        Compiled last = lastCompiled.get();
        if (last != null && last.key().equals(key)) {
            return last;
        }
        SiteSurvey.Who who = named.orElseGet(() -> survey.who(command));
        Blueprint blueprint =
                Planner.compile(spec, command, survey.site(who, cgroup, announceExec, layer));
        Compiled fresh = Compiled.of(key, who, blueprint);
        lastCompiled.set(fresh);
        return fresh;
    }

    private static String id() {
        byte[] bytes = new byte[ID_BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public String explain(Command command) {
        try (Cgroup cgroup = engine.cgroups().create(PREFIX + id(), limits)) {
            Site site = survey.site(survey.who(command), cgroup);
            return Planner.explain(Planner.compile(spec, command, site), site);
        }
    }

    @Override
    public void close() {
        boolean first;
        births.writeLock().lock();
        try {
            first = !closed;
            closed = true;
        } finally {
            births.writeLock().unlock();
        }
        living.forEach(running -> running.end(new Termination.Cancelled()));
        if (!Workers.isDelivering()) {
            living.forEach(running -> running.result().handle((r, failure) -> r).join());
        }
        if (first) {
            preflight.root().release();
        }
    }
}
