package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Pool;
import io.bailey.sandbox.PoolOptions;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.cgroup.CgroupRequest;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.container.LinuxContainer.Belonging;
import io.bailey.sandbox.linux.container.ParkedSandbox.Taken;
import io.bailey.sandbox.linux.flight.Flight;
import io.bailey.sandbox.linux.image.Claim;
import io.bailey.sandbox.linux.image.ImageFiles;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.launch.SystemCallNotice;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.Planner;
import io.bailey.sandbox.linux.plan.Site;
import io.bailey.sandbox.linux.plan.Walls;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.spi.LoneSandbox;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/** A recipe that has been checked against this host, and the living that were made from it. */
final class LinuxSandbox implements LoneSandbox {
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
    private final CgroupRequest runLimits;
    private final CgroupRequest containerLimits;
    private final List<String> volumes;
    private final Launching launching;
    private final AtomicReference<@Nullable Compiled> lastCompiled = new AtomicReference<>();
    private final Set<Running> living = ConcurrentHashMap.newKeySet();

    /** Of containers: after the end of each there is something to write down. */
    private final Set<Life> lives = ConcurrentHashMap.newKeySet();

    /** Made and not started yet: they never will be once this is closed. */
    private final Set<LinuxContainer> unborn = ConcurrentHashMap.newKeySet();

    private final Set<LinuxPool> pools = ConcurrentHashMap.newKeySet();

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
        this.launching = new Launching(engine, spec, preflight);
        this.runLimits = request(false);
        this.containerLimits = request(true);
        this.volumes = asked.mounts().isEmpty() ? List.of() : VolumeMounts.names(asked);
    }

    private CgroupRequest request(boolean container) {
        return new CgroupRequest(
                withRoomFor(ownTasks(), spec.limits()),
                spec.cpuTime().isPresent(),
                !spec.namespaces().contains(Namespace.PID)
                        && spec.security().isolation() == Isolation.FULL,
                spec.enforcement(),
                preflight.devices().policy(spec),
                spec.cgroupParent(),
                container);
    }

    int ownTasks() {
        return spec.init() ? 1 : 0;
    }

    /** What is Bailey's, not the caller's, does not count among the processes asked for. */
    static Limits withRoomFor(int ownTasks, Limits limits) {
        return limits.pids().isEmpty()
                ? limits
                : limits.toBuilder()
                        .pids(Math.min(MAX_PIDS, limits.pids().getAsInt() + ownTasks))
                        .build();
    }

    @Override
    public SandboxSpec spec() {
        return asked;
    }

    @Override
    public Result run(Command command) throws InterruptedException {
        Pipes.refuse(command, "run");
        return run(command, Optional.empty());
    }

    Result run(Command command, Optional<Taken> taken) throws InterruptedException {
        Run run = new Run(command, taken);
        Running running = run.begin();
        try {
            Result result = running.await();
            run.ended(Optional.of(result.termination()));
            return result;
        } catch (SandboxException | InterruptedException failure) {
            run.ended(running.verdict());
            throw failure;
        } finally {
            living.remove(running);
        }
    }

    @Override
    public CompletableFuture<Result> runAsync(Command command) {
        try {
            Pipes.refuse(command, "runAsync");
        } catch (SandboxException failure) {
            return CompletableFuture.failedFuture(failure);
        }
        return runAsync(command, Optional.empty());
    }

    CompletableFuture<Result> runAsync(Command command, Optional<Taken> taken) {
        Run run = new Run(command, taken);
        Running running;
        try {
            running = run.begin();
        } catch (SandboxException failure) {
            return CompletableFuture.failedFuture(failure);
        }
        running.watchSession();
        CancellableResult future = new CancellableResult(running::forsake);
        var _ =
                running.finishInBackground()
                        .whenComplete((result, failure) -> {
                            living.remove(running);
                            run.ended(Optional.ofNullable(result).map(Result::termination));
                            future.settle(result, failure);
                        });
        return future;
    }

    /** One run, and whoever listens to it. */
    private final class Run {
        private final String id;
        private final Command command;
        private final Optional<Taken> taken;
        private final Optional<EventBook> events;

        Run(Command command, Optional<Taken> taken) {
            this.id = taken.isPresent() ? taken.get().parked().id() : LinuxSandbox.id();
            this.command = command;
            this.taken = taken;
            this.events =
                    spec.listeners().isEmpty()
                            ? Optional.empty()
                            : Optional.of(EventBook.of(spec.listeners()));
        }

        Running begin() {
            try {
                spec.listeners().forEach(listener -> listener.starting(id, asked, command));
            } catch (RuntimeException | Error failure) {
                taken.ifPresent(t -> t.parked().discard());
                throw failure;
            }
            Running running = LinuxSandbox.this.begin(Birth.run(id, command, events), taken);
            events.ifPresent(
                    book -> book.add(new ContainerEvent.Started(id, Instant.now(), running.pid())));
            return running;
        }

        void ended(Optional<Termination> how) {
            events.ifPresent(book -> book.add(new ContainerEvent.Exited(id, Instant.now(), how)));
        }
    }

    @Override
    public Container create(Command command) {
        births.readLock().lock();
        try {
            requireOpen();
            LinuxContainer container =
                    new LinuxContainer(engine, this, command, id(), Belonging.SANDBOX);
            unborn.add(container);
            return container;
        } finally {
            births.readLock().unlock();
        }
    }

    /** It has been started, or closed before. */
    void born(LinuxContainer container) {
        unborn.remove(container);
    }

    @Override
    public Container start(Command command) {
        return start(command, Belonging.SANDBOX);
    }

    @Override
    public Container startAlone(Command command) {
        return start(command, Belonging.ALONE);
    }

    private Container start(Command command, Belonging belonging) {
        return start(new LinuxContainer(engine, this, command, id(), belonging), Optional.empty());
    }

    /** Starts one in a sandbox that waits. */
    Container start(Command command, Taken taken) {
        String id = taken.parked().id();
        LinuxContainer container;
        try {
            container = new LinuxContainer(engine, this, command, id, Belonging.SANDBOX);
        } catch (RuntimeException | Error failure) {
            taken.parked().discard();
            throw failure;
        }
        return start(container, Optional.of(taken));
    }

    private static Container start(LinuxContainer container, Optional<Taken> taken) {
        try {
            container.start(taken);
            return container;
        } catch (RuntimeException | Error failure) {
            try {
                container.close();
            } catch (SandboxException another) {
                failure.addSuppressed(another);
            }
            throw failure;
        }
    }

    @Override
    public Container startDetached(Command command) {
        DetachedTerms.check(spec, command);
        requireOpen();
        LinuxContainer container =
                new LinuxContainer(engine, this, command, id(), Belonging.DETACHED);
        container.startDetached();
        return container;
    }

    /**
     * Begins one life of a container.
     *
     * @param taken the sandbox that waits for it
     */
    Life live(Birth birth, Optional<Taken> taken) {
        Running running = begin(birth, taken);
        Optional<ProcessHandle> handle = ProcessHandle.of(running.pid());
        CompletableFuture<Void> started = running.awaitStart();
        running.watchSession();
        CompletableFuture<Result> result = running.finishInBackground();
        var _ =
                result.whenComplete((r, failure) -> {
                    living.remove(running);
                    birth.detached().ifPresent(DetachedFiles::close);
                });
        started.join();
        if (running.session().failure().isPresent()
                || running.session().internalFailure().isPresent()) {
            SandboxException failure = failureOf(result);
            if (birth.kept().isEmpty()) {
                running.sandbox().layer().ifPresent(WritableLayer::close);
            }
            throw failure;
        }
        Entrance entrance = new Entrance(engine, spec, survey, walls, running);
        CompletableFuture<Result> exit = new CompletableFuture<>();
        Life life =
                new Life(
                        this,
                        running,
                        entrance,
                        new ContainerProcess(running, handle, exit),
                        exit,
                        Instant.now());
        if (birth.detached().isEmpty()) {
            lives.add(life);
        }
        var _ = life.exit().whenComplete((r, failure) -> lives.remove(life));
        return life;
    }

    /**
     * A sandbox of this recipe without a command, on the writable layer that a life has left: to be
     * entered only, and known to nobody.
     */
    ServiceLife serve(Command command, WritableLayer layer) {
        births.readLock().lock();
        try {
            requireOpen();
            return ServiceLife.begin(
                    new ServiceLife.Recipe(engine, spec, preflight, survey, containerLimits),
                    survey.who(command),
                    layer,
                    Cgroups.nameFor(id()));
        } finally {
            births.readLock().unlock();
        }
    }

    SiteSurvey survey() {
        return survey;
    }

    static SandboxException failureOf(CompletableFuture<Result> result) {
        return result.handle((r, failure) ->
                        failure instanceof SandboxException cause
                                ? cause
                                : new SandboxException("the command did not start", failure))
                .join();
    }

    boolean isClosed() {
        births.readLock().lock();
        try {
            return closed;
        } finally {
            births.readLock().unlock();
        }
    }

    /** The recipe with what its image says. */
    SandboxSpec whole() {
        return spec;
    }

    private void requireOpen() {
        if (isClosed()) {
            throw new IllegalStateException("this sandbox is closed; build another");
        }
    }

    private Running begin(Birth birth, Optional<Taken> taken) {
        births.readLock().lock();
        try {
            if (closed) {
                taken.ifPresent(t -> t.parked().discard());
            }
            requireOpen();
            Optional<Running> woken = taken.flatMap(t -> wake(birth, t));
            return woken.isPresent() ? woken.get() : bear(birth);
        } finally {
            births.readLock().unlock();
        }
    }

    /** Gives a sandbox that waits its command. Empty if it has ended before that. */
    private Optional<Running> wake(Birth birth, Taken taken) {
        long askedAt = System.nanoTime();
        Flight.Span<Flight.Start> flight = Flight.start();
        ParkedSandbox parked = taken.parked();
        Session session = parked.session();
        Optional<OwnGround> ground = Optional.empty();
        boolean handed;
        try {
            ground = Optional.of(parked.ground(engine, spec, birth));
            handed =
                    session.hand(
                            birth.command(),
                            launching.bounds(birth),
                            birth.tap(),
                            taken.rest().bytes(),
                            parked.template().endsAlone());
        } catch (LaunchException failure) {
            giveBack(parked, ground);
            throw Failures.of(failure);
        } catch (RuntimeException | Error failure) {
            giveBack(parked, ground);
            throw failure;
        }
        if (!handed) {
            giveBack(parked, ground);
            taken.pool().lost();
            return Optional.empty();
        }
        try {
            Running running = begun(birth, taken.rest().compiled(), ground.get(), session, askedAt);
            running.leaveTheRestTo(taken.pool()::bury);
            flight.end(
                    new Flight.Start(
                            birth.id(),
                            spec.rootfs(),
                            birth.command().arguments().getFirst(),
                            running.pid()));
            return Optional.of(running);
        } catch (RuntimeException | Error failure) {
            ground.flatMap(OwnGround::news).ifPresent(NewsDesk::close);
            parked.letGo();
            throw failure;
        }
    }

    private static void giveBack(ParkedSandbox unused, Optional<OwnGround> ground) {
        ground.flatMap(OwnGround::news).ifPresent(NewsDesk::close);
        unused.discard();
    }

    private Running begun(
            Birth birth, Compiled compiled, OwnGround ground, Session session, long askedAt) {
        return Failures.orEnded(
                session,
                () -> {
                    Running running =
                            new Running(
                                    engine,
                                    spec,
                                    birth.command(),
                                    compiled,
                                    ground,
                                    session,
                                    birth.id(),
                                    ownTasks(),
                                    askedAt);
                    watch(running);
                    if (birth.detached().isEmpty()) {
                        living.add(running);
                    }
                    return running;
                });
    }

    @Override
    public Pool pool(PoolOptions options) {
        births.readLock().lock();
        try {
            requireOpen();
            Nursery nursery =
                    new Nursery(
                            launching,
                            survey,
                            walls,
                            options.containers() ? containerLimits : runLimits,
                            volumes,
                            options.containers());
            LinuxPool pool = new LinuxPool(this, nursery, options);
            pools.add(pool);
            pool.begin();
            return pool;
        } finally {
            births.readLock().unlock();
        }
    }

    /** Makes a sandbox that waits for its command. */
    ParkedSandbox prepare(Nursery nursery) {
        births.readLock().lock();
        try {
            requireOpen();
            return nursery.make(id());
        } finally {
            births.readLock().unlock();
        }
    }

    void forget(LinuxPool pool) {
        pools.remove(pool);
    }

    private Running bear(Birth birth) {
        long askedAt = System.nanoTime();
        Flight.Span<Flight.Start> flight = Flight.start();
        Optional<WritableLayer> layer =
                birth.kept()
                        .or(() ->
                                WritableLayer.open(
                                        engine, spec, preflight, birth.container(), birth.id()));
        List<Fd> leases = List.of();
        try {
            if (!volumes.isEmpty()) {
                leases = VolumeMounts.lease(volumes, engine.volumes());
            }
            Running running = bear(birth, askedAt, layer, leases);
            flight.end(
                    new Flight.Start(
                            birth.id(),
                            spec.rootfs(),
                            birth.command().arguments().getFirst(),
                            running.pid()));
            return running;
        } catch (RuntimeException | Error failure) {
            leases.forEach(Fd::close);
            if (birth.kept().isEmpty()) {
                layer.ifPresent(WritableLayer::close);
            }
            throw failure;
        }
    }

    private Running bear(
            Birth birth, long askedAt, Optional<WritableLayer> layer, List<Fd> leases) {
        Cgroup cgroup = cgroup(birth);
        Optional<NewsDesk> news = Optional.empty();
        try {
            news =
                    birth.events()
                            .map(book ->
                                    NewsDesk.open(engine.launcher(), birth.id(), cgroup, book));
            OwnGround ground =
                    new OwnGround(
                            engine,
                            spec,
                            cgroup,
                            new Guests(),
                            layer,
                            news,
                            birth.events(),
                            leases);
            Compiled compiled = compile(birth, cgroup, layer, leases);
            Session session = launching.launch(birth, compiled, cgroup, layer);
            if (birth.container()) {
                cgroup.rest();
            }
            return begun(birth, compiled, ground, session, askedAt);
        } catch (LaunchException failure) {
            news.ifPresent(NewsDesk::close);
            cgroup.close();
            throw Failures.of(failure);
        } catch (RuntimeException | Error failure) {
            news.ifPresent(NewsDesk::close);
            cgroup.close();
            throw failure;
        }
    }

    private Cgroup cgroup(Birth birth) {
        if (birth.detached().isEmpty()) {
            CgroupRequest request =
                    birth.limits()
                            .map(limits -> containerLimits.with(withRoomFor(ownTasks(), limits)))
                            .orElse(birth.container() ? containerLimits : runLimits);
            return engine.cgroups().create(Cgroups.nameFor(birth.id()), request);
        }
        // No sweep knows whose it is: it is written down where it will be before it is there.
        String name = Cgroups.detachedNameFor(birth.id());
        birth.detached().get().placing(engine.cgroups().places(name, containerLimits));
        return engine.cgroups().create(name, containerLimits);
    }

    private void watch(Running running) {
        if (walls.watch() == Walls.Watch.CALLS) {
            running.session().onCall(onCall);
        }
        running.watchCalls(walls, running::end);
        running.watch();
    }

    private Compiled compile(
            Birth birth, Cgroup cgroup, Optional<WritableLayer> layer, List<Fd> volumeLeases) {
        if (birth.detached().isEmpty()) {
            return compile(birth.command(), cgroup, birth.container() && spec.init(), layer);
        }
        DetachedFiles files = birth.detached().get();
        files.placed(cgroup.paths());
        lease(files, layer);
        volumeLeases.forEach(lease -> files.lease(lease.number()));
        SiteSurvey.Who who = survey.who(birth.command());
        Site site = survey.site(who, cgroup, true, layer);
        Blueprint blueprint =
                Planner.compile(spec, birth.command(), site, Optional.of(files.detachment()));
        Compiled.Key key =
                Compiled.Key.of(
                        birth.command(),
                        Optional.of(who),
                        cgroup.attachFds().size(),
                        cgroup.directoryFd().isPresent(),
                        true,
                        layer.map(WritableLayer::source));
        return Compiled.of(key, who, blueprint);
    }

    /** What this JVM holds for its sandboxes, the init holds as well. */
    private void lease(DetachedFiles files, Optional<WritableLayer> layer) {
        if (engine.facts().privileged() && spec.namespaces().contains(Namespace.USER)) {
            engine.identities().shareRange().ifPresent(files::lease);
        }
        if (spec.rootfs() instanceof Image image) {
            // One of its own: the sandbox's goes with the sandbox.
            Claim claim = ImageFiles.claim(engine.linux(), image);
            files.atEnd(claim::close);
            claim.descriptors().forEach(files::lease);
        }
        layer.flatMap(WritableLayer::lock).ifPresent(files::lease);
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
        try (Cgroup cgroup = engine.cgroups().create(Cgroups.nameFor(id()), runLimits)) {
            Site site = survey.site(survey.who(command), cgroup);
            return Planner.explain(Planner.compile(spec, command, site), site);
        }
    }

    /** Closes the door. Returns whether it was open. */
    private boolean shut() {
        births.writeLock().lock();
        try {
            boolean first = !closed;
            closed = true;
            return first;
        } finally {
            births.writeLock().unlock();
        }
    }

    /** Its only container has ended: there is nobody to be waited for. */
    void letGo() {
        if (shut()) {
            preflight.root().release();
        }
    }

    @Override
    public void close() {
        boolean first = shut();
        pools.forEach(LinuxPool::close);
        living.forEach(running -> running.end(new Termination.Cancelled()));
        // A consumer of one's own would wait for itself.
        living.stream()
                .filter(running -> !running.isDelivering())
                .forEach(running -> running.result().handle((r, failure) -> r).join());
        lives.stream()
                .filter(life -> !life.running().isDelivering())
                .forEach(life -> life.exit().handle((r, failure) -> r).join());
        if (first) {
            preflight.root().release();
        }
        // Last: what is written of one may not be removable.
        unborn.forEach(LinuxContainer::closeUnlessStarted);
    }
}
