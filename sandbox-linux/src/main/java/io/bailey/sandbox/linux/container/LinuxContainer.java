package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.CopyLimits;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.LogPolicy;
import io.bailey.sandbox.Logs;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxProcess;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Stats;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.container.ParkedSandbox.Taken;
import io.bailey.sandbox.linux.image.Committable;
import io.bailey.sandbox.linux.image.archive.UpperLayer;
import io.bailey.sandbox.linux.launch.OutputTap;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A container of this JVM, from its making to its closing, through as many lives as it is given.
 */
final class LinuxContainer implements Container, Committable {
    private static final System.Logger LOG = System.getLogger(LinuxContainer.class.getName());

    private final Engine engine;
    private final SandboxSpec asked;
    private final Command command;
    private final String id;
    private final Instant created = Instant.now();
    private final EventBook events;
    private final ContainerRecord record;
    private final ContainerLog log;

    /** Whether the sandbox is there for it alone, and closed at the end of each life. */
    private volatile boolean alone;

    /** Held by whoever starts, pauses, changes or closes it. */
    private final ReentrantLock changing = new ReentrantLock();

    /** Held from the stop to the start. */
    private final ReentrantLock restarting = new ReentrantLock();

    private volatile LinuxSandbox sandbox;
    private volatile Optional<Life> life = Optional.empty();
    private volatile CompletableFuture<Result> exit = new CompletableFuture<>();
    private volatile Limits limits;
    private volatile boolean paused;
    private volatile boolean closed;

    /** Closed by a consumer of its own, which could not wait for the end. */
    private volatile boolean forgetAtEnd;

    /** Whether it outlives this JVM: then closing only lets go of it. */
    private final boolean detached;

    LinuxContainer(
            Engine engine, LinuxSandbox sandbox, Command command, String id, Belonging belonging) {
        this.alone = belonging == Belonging.ALONE;
        this.detached = belonging == Belonging.DETACHED;
        this.engine = engine;
        this.sandbox = sandbox;
        this.asked = sandbox.spec();
        this.command = command;
        this.id = id;
        this.limits = asked.limits();
        this.events = EventBook.of(asked.listeners());
        this.record = ContainerRecord.create(engine.ledger(), this, asked, command, detached);
        this.log = new ContainerLog(detached ? LogPolicy.none() : asked.logs(), record.directory());
        engine.ledger().add(this);
    }

    /** Whom it belongs to, and so how it ends. */
    enum Belonging {
        /** A sandbox of several. */
        SANDBOX,
        /** A sandbox that is there for it alone. */
        ALONE,
        /** Nobody: it outlives this JVM. */
        DETACHED
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String name() {
        return asked.name().orElse(id);
    }

    /** When it was made. */
    Instant created() {
        return created;
    }

    @Override
    public SandboxSpec spec() {
        return sandbox.whole();
    }

    @Override
    public ContainerState state() {
        Optional<Life> now = life;
        if (now.isEmpty()) {
            return ContainerState.CREATED;
        }
        if (now.get().isOver()) {
            return ContainerState.STOPPED;
        }
        return isPaused() ? ContainerState.PAUSED : ContainerState.RUNNING;
    }

    /** Any process may freeze a detached one: of that the kernel alone knows. */
    private boolean isPaused() {
        return detached ? DetachedLife.isFrozen(engine.linux(), record.cgroups()) : paused;
    }

    private Life started() {
        return life.orElseThrow(
                () -> new IllegalStateException(this + " has not been started yet"));
    }

    private Life running() {
        Life now = started();
        if (now.isOver()) {
            throw new IllegalStateException(this + " has stopped");
        }
        return now;
    }

    @Override
    public long pid() {
        return started().running().pid();
    }

    @Override
    public SandboxProcess process() {
        return started().process();
    }

    @Override
    public void start() {
        start(Optional.empty());
    }

    /**
     * @param taken a sandbox that waits for this life's command
     */
    void start(Optional<Taken> taken) {
        Optional<Taken> left = taken;
        changing.lock();
        try {
            if (closed) {
                throw new IllegalStateException(this + " is closed");
            }
            if (life.isPresent() && !life.get().isOver()) {
                throw new IllegalStateException(this + " runs already");
            }
            refuseIfDetached();
            asked.listeners().forEach(listener -> listener.starting(id, asked, command));
            boolean again = life.isPresent();
            LinuxSandbox home = home();
            try {
                left = Optional.empty();
                Life next = home.live(birth(), taken);
                writeStarted(next);
                begin(next, again);
            } catch (RuntimeException | Error failure) {
                closeIfAlone(home);
                throw failure;
            }
        } finally {
            // Nobody else gets it: its name is this container's.
            left.ifPresent(t -> t.parked().discard());
            changing.unlock();
        }
    }

    private void refuseIfDetached() {
        if (detached) {
            throw new IllegalStateException(
                    this + " is detached, and such a one is started once; start another");
        }
    }

    /** The one life of a container that outlives this JVM. */
    void startDetached() {
        changing.lock();
        try {
            asked.listeners().forEach(listener -> listener.starting(id, asked, command));
            try (DetachedStart start =
                    DetachedStart.make(engine.linux(), record, spec(), command)) {
                Birth birth =
                        new Birth(
                                id,
                                command,
                                true,
                                OutputTap.NONE,
                                Optional.of(events),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(start.files()));
                begin(sandbox.live(birth, Optional.empty()), false);
                start.succeeded();
                record.born(pid());
            }
        } catch (RuntimeException | Error failure) {
            forget();
            throw failure;
        } finally {
            changing.unlock();
        }
    }

    /** Its sandbox may have been closed since, as one made for it alone is when it stops. */
    private LinuxSandbox home() {
        if (life.isPresent() && (alone || sandbox.isClosed())) {
            sandbox = engine.remake(asked);
            alone = true;
        }
        return sandbox;
    }

    private Birth birth() {
        Optional<WritableLayer> kept =
                life.flatMap(last -> last.running().sandbox().layer())
                        .filter(WritableLayer::isKept);
        return new Birth(
                id,
                command,
                true,
                log.tap(),
                Optional.of(events),
                kept,
                Optional.of(limits),
                Optional.empty());
    }

    /** A container that cannot be written down cannot be found again: then there is none. */
    private void writeStarted(Life next) {
        try {
            record.started(next, limits);
        } catch (SandboxException failure) {
            next.running().end(new Termination.Cancelled());
            next.running().result().handle((r, ignored) -> r).join();
            next.exit().completeExceptionally(failure);
            if (life.isEmpty()) {
                next.running().sandbox().layer().ifPresent(WritableLayer::close);
            }
            throw failure;
        }
    }

    private void begin(Life next, boolean again) {
        paused = false;
        log.lifeBegins();
        if (again) {
            exit = new CompletableFuture<>();
        }
        life = Optional.of(next);
        sandbox.born(this);
        events.add(new ContainerEvent.Started(id, next.started(), next.running().pid()));
        CompletableFuture<Result> told = exit;
        var _ =
                next.running()
                        .result()
                        .whenComplete((result, failure) -> ended(next, told, result, failure));
    }

    private void ended(
            Life over,
            CompletableFuture<Result> told,
            @Nullable Result result,
            @Nullable Throwable failure) {
        Optional<Result> known = Optional.ofNullable(result);
        Teardown down =
                new Teardown()
                        .then(() -> closeIfAlone(over.sandbox()))
                        .then(() ->
                                events.add(
                                        new ContainerEvent.Exited(
                                                id, Instant.now(), known.map(Result::termination))))
                        .then(log::lifeEnded)
                        .then(() -> record.stopped(known))
                        .then(() -> forgetIfClosed(over))
                        .then(() -> complete(over, told, result, failure))
                        // For one that was closed in between.
                        .then(() -> forgetIfClosed(over));
        try {
            down.end();
        } catch (RuntimeException | Error failed) {
            LOG.log(Level.WARNING, "the end of " + this, failed);
        }
    }

    private static void complete(
            Life over,
            CompletableFuture<Result> told,
            @Nullable Result result,
            @Nullable Throwable failure) {
        if (result != null) {
            over.exit().complete(result);
            told.complete(result);
        } else {
            Throwable cause =
                    failure == null ? new SandboxException("the container has no result") : failure;
            over.exit().completeExceptionally(cause);
            told.completeExceptionally(cause);
        }
    }

    private void closeIfAlone(LinuxSandbox home) {
        if (alone) {
            home.letGo();
        }
    }

    @Override
    public void restart(Duration grace) throws InterruptedException {
        // Before anything is ended that could not be started again.
        refuseIfDetached();
        // Two at once are one after the other: the second would find it running.
        restarting.lockInterruptibly();
        try {
            if (life.isPresent() && !life.get().isOver()) {
                stop(grace);
            }
            start();
        } finally {
            restarting.unlock();
        }
    }

    @Override
    public void pause() {
        changing.lock();
        try {
            Life now = running();
            if (!isPaused()) {
                OwnGround ground = now.running().sandbox();
                ground.guests().stop(ground.cgroup()::freeze);
                paused = true;
                record.changed(ContainerState.PAUSED, limits());
                events.add(new ContainerEvent.Paused(id, Instant.now()));
            }
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void resume() {
        changing.lock();
        try {
            Life now = running();
            if (isPaused()) {
                OwnGround ground = now.running().sandbox();
                ground.guests().goOn(ground.cgroup()::thaw);
                paused = false;
                record.changed(ContainerState.RUNNING, limits());
                events.add(new ContainerEvent.Resumed(id, Instant.now()));
            }
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void update(Limits after) {
        changing.lock();
        try {
            Life now = running();
            Limits before = limits();
            int own = now.sandbox().ownTasks();
            now.running()
                    .sandbox()
                    .cgroup()
                    .update(
                            LinuxSandbox.withRoomFor(own, before),
                            LinuxSandbox.withRoomFor(own, after));
            limits = after;
            record.changed(state(), after);
            events.add(new ContainerEvent.Updated(id, Instant.now(), after));
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Limits limits() {
        // Any process may have changed those of a detached one.
        return detached ? record.reread().limits() : limits;
    }

    @Override
    public Stats stats() {
        return started().running().sandbox().cgroup().stats();
    }

    @Override
    public Subscription stats(Duration interval, Consumer<Stats> consumer) {
        StatsStream.check(interval);
        return StatsStream.open(engine, this::stats, running().exit(), consumer, interval);
    }

    @Override
    public List<ContainerEvent> events() {
        return events.all();
    }

    @Override
    public Subscription onEvent(Consumer<ContainerEvent> consumer) {
        return events.subscribe(consumer);
    }

    @Override
    public Logs logs() {
        return detached ? new DetachedLog(record.directory(), this::lives) : log.logs();
    }

    private boolean lives() {
        return life.isPresent() && !life.get().isOver();
    }

    @Override
    public void copyIn(Path source, String target, CopyLimits most) {
        requireAwake();
        copying(most, copying -> copying.in(source, target));
    }

    @Override
    public void copyIn(InputStream tar, String directory, CopyLimits most) {
        requireAwake();
        copying(most, copying -> copying.in(tar, directory));
    }

    @Override
    public void copyOut(String source, Path target, CopyLimits most) {
        copying(most, copying -> copying.out(source, target));
    }

    @Override
    public void copyOut(String source, OutputStream tar, CopyLimits most) {
        copying(most, copying -> copying.out(source, tar));
    }

    /** What goes in is taken there by a process of the sandbox; what comes out is only read. */
    private void requireAwake() {
        if (isPaused() && !started().isOver()) {
            throw new IllegalStateException(
                    this
                            + " is paused: nothing can be copied in by who is frozen with it; resume() it"
                            + " first");
        }
    }

    /** Of one that has stopped nobody starts, closes or copies the root meanwhile. */
    private void copying(CopyLimits most, Consumer<Copying> way) {
        Life now = started();
        if (!spec().namespaces().contains(Namespace.MOUNT)) {
            throw new SandboxConfigException(
                    "copy: "
                            + this
                            + " has no mount namespace, so its files are the host's; copy them there");
        }
        if (!now.isOver()) {
            try (CopyPlace place = CopyPlace.of(engine, now)) {
                way.accept(new Copying(place, most));
            }
            return;
        }
        changing.lock();
        try {
            if (closed) {
                throw new IllegalStateException(this + " is closed");
            }
            Life last = started();
            if (last.isOver()) {
                copyingStopped(last, most, way);
            } else {
                try (CopyPlace place = CopyPlace.of(engine, last)) {
                    way.accept(new Copying(place, most));
                }
            }
        } finally {
            changing.unlock();
        }
    }

    private void copyingStopped(Life last, CopyLimits most, Consumer<Copying> way) {
        WritableLayer layer =
                last.running()
                        .sandbox()
                        .layer()
                        .filter(WritableLayer::isKept)
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        this
                                                + " has stopped, and its root is gone: give it a writableLayer on a"
                                                + " disk, or use an image in a JVM of root's, to copy then"));
        LinuxSandbox home = home();
        try (CopyPlace place = CopyPlace.of(engine, home, home.serve(command, layer))) {
            way.accept(new Copying(place, most));
        } finally {
            // Made for this copy, if it is not that of several.
            closeIfAlone(home);
        }
    }

    @Override
    public ContainerInfo info() {
        if (detached) {
            DetachedNote note = record.note().with(record.reread());
            return DetachedLife.now(engine.linux(), record.directory(), note);
        }
        return record.info();
    }

    @Override
    public String inspect() {
        return Inspection.of(info(), asked, record.cgroups());
    }

    @Override
    public void signal(Signal signal) {
        started().process().signal(signal);
    }

    @Override
    public Result exec(Command further) throws InterruptedException {
        return entrance().exec(further);
    }

    @Override
    public CompletableFuture<Result> execAsync(Command further) {
        try {
            return entrance().execAsync(further);
        } catch (IllegalStateException notNow) {
            return CompletableFuture.failedFuture(notNow);
        }
    }

    @Override
    public SandboxProcess startExec(Command further) {
        return entrance().start(further);
    }

    @Override
    public Result interact(Command further) throws InterruptedException {
        return new Interaction(engine.linux(), this::startExec).run(further);
    }

    private Entrance entrance() {
        Life now = started();
        if (isPaused() && !now.isOver()) {
            throw new IllegalStateException(
                    this + " is paused: a command in it would not run; resume() it first");
        }
        if (detached) {
            now.running().sandbox().guests().resumedElsewhere();
        }
        return now.entrance();
    }

    @Override
    public void kill() {
        life.filter(now -> !now.isOver())
                .ifPresent(now -> now.running().end(new Termination.Cancelled()));
    }

    @Override
    public void stop(Duration grace) throws InterruptedException {
        Optional<Life> now = life;
        if (now.isEmpty() || now.get().isOver()) {
            return;
        }
        signal(stopSignal());
        resumeToStop();
        try {
            if (await(now.get().exit(), grace).isEmpty()) {
                kill();
                now.get().exit().handle((r, failure) -> r).join();
            }
        } catch (InterruptedException interrupted) {
            kill();
            now.get().exit().handle((r, failure) -> r).join();
            throw interrupted;
        }
    }

    /** What is frozen hears no signal. */
    private void resumeToStop() {
        if (isPaused()) {
            try {
                resume();
            } catch (IllegalStateException ended) {
                // All the better.
            }
        }
    }

    /** An image may want to be told in its own way, as Docker does it. */
    private Signal stopSignal() {
        return asked.rootfs() instanceof Image image
                ? image.config().stopSignal().flatMap(Signal::parse).orElse(Signal.TERM)
                : Signal.TERM;
    }

    @Override
    public Result waitFor() throws InterruptedException {
        try {
            return exit.get();
        } catch (ExecutionException failed) {
            throw failure(failed.getCause());
        }
    }

    @Override
    public Optional<Result> waitFor(Duration timeout) throws InterruptedException {
        return await(exit, timeout);
    }

    private static Optional<Result> await(CompletableFuture<Result> end, Duration timeout)
            throws InterruptedException {
        try {
            return Optional.of(
                    end.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS));
        } catch (TimeoutException stillRunning) {
            return Optional.empty();
        } catch (ExecutionException failed) {
            throw failure(failed.getCause());
        }
    }

    static SandboxException failure(@Nullable Throwable cause) {
        return cause instanceof SandboxException ours
                ? ours
                : new SandboxException("the container failed: " + cause);
    }

    @Override
    public CompletableFuture<Result> onExit() {
        return exit.copy();
    }

    @Override
    public Image below() {
        if (asked.rootfs() instanceof Image image
                && spec().writableRoot() == WritableRoot.OVERLAY) {
            return image;
        }
        throw notCommittable("its root is no image with a writable layer", "");
    }

    @Override
    public UpperLayer.Written write(FileChannel into, ImageLimits most) {
        Running running =
                life.orElseThrow(() -> notCommittable("it has not been started yet", "")).running();
        WritableLayer layer =
                running.sandbox()
                        .layer()
                        .filter(WritableLayer::isKept)
                        .orElseThrow(() ->
                                notCommittable(
                                        "its writable layer cannot be looked into: it is closed, or this"
                                                + " process may not mount",
                                        "commit before close(); in a JVM that is not root's, give the"
                                                + " container a writableLayer on a disk"));
        return layer.write(running.compiled().who().maps(), into, most);
    }

    private ImageException notCommittable(String why, String fix) {
        return new ImageException(ImageException.Kind.UNSUPPORTED, "commit", toString(), why, fix);
    }

    @Override
    public void close() {
        Optional<Life> last;
        boolean own;
        changing.lock();
        try {
            closed = true;
            last = life;
            // Its own consumer would wait for itself.
            own = last.filter(l -> l.running().isDelivering()).isPresent();
            forgetAtEnd |= own;
        } finally {
            changing.unlock();
        }
        if (detached) {
            engine.ledger().forget(this);
            last.flatMap(l -> l.running().sandbox().layer()).ifPresent(WritableLayer::letGo);
            return;
        }
        kill();
        if (last.isEmpty()) {
            sandbox.born(this);
            exit.completeExceptionally(
                    new SandboxException(this + " was closed before it was started"));
        }
        if (!own || last.get().isOver()) {
            last.ifPresent(l -> l.exit().handle((r, failure) -> r).join());
            // Told after that: whoever is told may close it.
            exit.handle((r, failure) -> r).join();
            forget(last);
        }
    }

    /** Its sandbox is closed: it will never be started. */
    void closeUnlessStarted() {
        changing.lock();
        try {
            if (life.isEmpty()) {
                close();
            }
        } finally {
            changing.unlock();
        }
    }

    private void forgetIfClosed(Life over) {
        if (forgetAtEnd) {
            forget(Optional.of(over));
        }
    }

    private void forget(Optional<Life> last) {
        new Teardown()
                .then(() ->
                        last.flatMap(l -> l.running().sandbox().layer())
                                .ifPresent(WritableLayer::close))
                .then(this::forget)
                .end();
    }

    private void forget() {
        log.close();
        record.remove(this);
    }

    @Override
    public String toString() {
        return "Container[" + name() + ", " + state() + ", " + command + "]";
    }
}
