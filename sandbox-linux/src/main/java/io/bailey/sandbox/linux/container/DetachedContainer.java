package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.CopyLimits;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.Logs;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxProcess;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Stats;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.sys.Errno;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
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
 * A detached container, found again by a process that did not start it: by the files its init
 * keeps, its number and its cgroup. What takes the recipe, such as entering it, only the process
 * that started it can.
 */
final class DetachedContainer implements Container {
    private static final System.Logger LOG = System.getLogger(DetachedContainer.class.getName());

    private final DetachedLife life;
    private final EventBook events = EventBook.of(List.of());
    private final ReentrantLock changing = new ReentrantLock();
    private final DetachedProcess process = new DetachedProcess(this);

    DetachedContainer(DetachedLife life) {
        this.life = life;
        var _ =
                life.onExit()
                        .thenAccept(result ->
                                events.add(
                                        new ContainerEvent.Exited(
                                                id(),
                                                Instant.now(),
                                                Optional.of(result.termination()))));
    }

    @Override
    public String id() {
        return life.written().id();
    }

    @Override
    public String name() {
        return life.written().name();
    }

    @Override
    public ContainerState state() {
        return info().state();
    }

    @Override
    public ContainerInfo info() {
        return life.now();
    }

    @Override
    public long pid() {
        return life.pid()
                .orElseThrow(() -> new IllegalStateException(this + " has no number any more"));
    }

    @Override
    public SandboxProcess process() {
        return process;
    }

    @Override
    public void start() {
        throw new IllegalStateException(
                this + " is detached, and such a one is started once; start another");
    }

    @Override
    public void restart(Duration grace) {
        start();
    }

    private Cgroup cgroup() {
        if (!life.isAlive()) {
            throw new IllegalStateException(this + " has stopped");
        }
        return life.cgroup()
                .orElseThrow(() -> new IllegalStateException(this + " has no cgroup of its own"));
    }

    @Override
    public void pause() {
        changing.lock();
        try {
            Cgroup cgroup = cgroup();
            if (state() == ContainerState.PAUSED) {
                return;
            }
            cgroup.freeze();
            events.add(new ContainerEvent.Paused(id(), Instant.now()));
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void resume() {
        changing.lock();
        try {
            Cgroup cgroup = cgroup();
            if (state() != ContainerState.PAUSED) {
                return;
            }
            cgroup.thaw();
            events.add(new ContainerEvent.Resumed(id(), Instant.now()));
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void update(Limits after) {
        changing.lock();
        try {
            cgroup().update(
                            LinuxSandbox.withRoomFor(1, life.limits()),
                            LinuxSandbox.withRoomFor(1, after));
            writeDown(after);
            events.add(new ContainerEvent.Updated(id(), Instant.now(), after));
        } finally {
            changing.unlock();
        }
    }

    /** What cannot be written is logged: it is so. */
    private void writeDown(Limits after) {
        try {
            life.write(after);
        } catch (SandboxException failed) {
            LOG.log(Level.WARNING, "what is listed of " + this + " is old", failed);
        }
    }

    @Override
    public Limits limits() {
        return life.limits();
    }

    @Override
    public Stats stats() {
        return life.stats();
    }

    @Override
    public Subscription stats(Duration interval, Consumer<Stats> consumer) {
        return life.readings(this::stats, consumer, interval);
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
        return new DetachedLog(life.directory(), life::isAlive);
    }

    private IllegalStateException notFromHere(String what) {
        return new IllegalStateException(
                what
                        + " takes the recipe that "
                        + this
                        + " was made from, and only the process that started it has that");
    }

    @Override
    public SandboxSpec spec() {
        throw notFromHere("telling the recipe");
    }

    @Override
    public Result exec(Command further) {
        throw notFromHere("a further command");
    }

    @Override
    public CompletableFuture<Result> execAsync(Command further) {
        return CompletableFuture.failedFuture(notFromHere("a further command"));
    }

    @Override
    public SandboxProcess startExec(Command further) {
        throw notFromHere("a further command");
    }

    @Override
    public Result interact(Command further) {
        throw notFromHere("a further command");
    }

    @Override
    public void copyIn(Path source, String target, CopyLimits most) {
        throw notFromHere("copying");
    }

    @Override
    public void copyIn(InputStream tar, String target, CopyLimits most) {
        throw notFromHere("copying");
    }

    @Override
    public void copyOut(String source, Path target, CopyLimits most) {
        throw notFromHere("copying");
    }

    @Override
    public void copyOut(String source, OutputStream tar, CopyLimits most) {
        throw notFromHere("copying");
    }

    @Override
    public String inspect() {
        return Inspection.of(info(), life.cgroups());
    }

    @Override
    public void signal(Signal signal) {
        int result = life.signal(signal.number());
        if (result < 0) {
            throw new SandboxSetupException(
                    "send " + signal,
                    Errno.name(-result),
                    "the command",
                    "the sandbox takes no more signals; kill() needs none");
        }
    }

    @Override
    public void kill() {
        life.kill();
    }

    @Override
    public void stop(Duration grace) throws InterruptedException {
        if (!life.isAlive()) {
            return;
        }
        signal(Signal.parse(life.stopSignal()).orElse(Signal.TERM));
        try {
            if (state() == ContainerState.PAUSED) {
                resume();
            }
            if (waitFor(grace).isEmpty()) {
                kill();
                life.onExit().join();
            }
        } catch (InterruptedException interrupted) {
            kill();
            life.onExit().join();
            throw interrupted;
        }
    }

    @Override
    public Result waitFor() throws InterruptedException {
        try {
            return life.onExit().get();
        } catch (ExecutionException failed) {
            throw failure(failed);
        }
    }

    @Override
    public Optional<Result> waitFor(Duration timeout) throws InterruptedException {
        try {
            long nanos = TimeUnit.NANOSECONDS.convert(timeout);
            return Optional.of(life.onExit().get(nanos, TimeUnit.NANOSECONDS));
        } catch (TimeoutException stillRunning) {
            return Optional.empty();
        } catch (ExecutionException failed) {
            throw failure(failed);
        }
    }

    /** That this handle is closed is the caller's mistake, not the container's failure. */
    private static RuntimeException failure(ExecutionException failed) {
        return failed.getCause() instanceof IllegalStateException closed
                ? new IllegalStateException(closed.getMessage(), closed)
                : LinuxContainer.failure(failed.getCause());
    }

    @Override
    public CompletableFuture<Result> onExit() {
        return life.onExit().copy();
    }

    @Override
    public void close() {
        life.close();
    }

    @Override
    public String toString() {
        return "Container[" + name() + ", detached]";
    }
}
