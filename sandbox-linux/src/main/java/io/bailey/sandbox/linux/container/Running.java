package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.cgroup.CgroupUsage;
import io.bailey.sandbox.linux.flight.Flight;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.launch.Workers;
import io.bailey.sandbox.linux.plan.Walls;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One living command in its sandbox, from a launch that succeeded to the moment when nothing of it
 * is left.
 */
final class Running {
    /**
     * How long a platform thread polls by itself before it leaves the wait to the reactor and
     * parks. Also the longest that an interrupt may go unnoticed.
     */
    private static final long POLL_NANOS = 5_000_000;

    /** How long the consumers of a killed command may take for what it had written. */
    private static final int GRACE_SECONDS = 2;

    private final Engine engine;
    private final SandboxSpec spec;
    private final Command command;
    private final Compiled compiled;
    private final Ground ground;
    private final Session session;
    private final String id;
    private final int ownTasks;
    private final long askedAt;
    private final long pid;
    private final Consumer<Flown> flight;
    private final AtomicReference<Optional<Termination>> verdict =
            new AtomicReference<>(Optional.empty());
    private final AtomicBoolean finishing = new AtomicBoolean();
    private final CompletableFuture<Result> result = new CompletableFuture<>();
    private Consumer<Runnable> undertaker = Runnable::run;
    private Optional<ScheduledFuture<?>> wallTimer = Optional.empty();
    private Optional<CpuWatch> cpuWatch = Optional.empty();
    private volatile Optional<ScheduledFuture<?>> grace = Optional.empty();

    Running(
            Engine engine,
            SandboxSpec spec,
            Command command,
            Compiled compiled,
            Ground ground,
            Session session,
            String id,
            int ownTasks,
            long askedAt) {
        this.engine = engine;
        this.spec = spec;
        this.command = command;
        this.compiled = compiled;
        this.ground = ground;
        this.session = session;
        this.id = id;
        this.ownTasks = ownTasks;
        this.askedAt = askedAt;
        this.pid = session.pid();
        this.flight = recorded(ground, id, command);
    }

    /** How it ended, for whoever records. */
    private record Flown(Optional<Result> result, String failure) {
        String termination() {
            return result.map(r -> r.termination().describe()).orElse(failure);
        }
    }

    private static Consumer<Flown> recorded(Ground ground, String id, Command command) {
        return switch (ground) {
            case OwnGround own -> {
                Flight.Span<Flight.Exit> life = Flight.life();
                yield flown -> life.end(new Flight.Exit(id, flown.result(), flown.failure()));
            }
            case SharedGround shared -> {
                Flight.Span<Flight.Exec> exec = Flight.exec();
                yield flown ->
                        exec.end(
                                new Flight.Exec(
                                        id, command.arguments().getFirst(), flown.termination()));
            }
        };
    }

    /** Starts the clocks. */
    void watch() {
        // A command may ask for less time than its sandbox gives, never for more.
        Optional<Duration> own = command.wallTimeout();
        Optional<Duration> given = ground.timeLimit();
        Optional<Duration> limit =
                own.isPresent() && given.isPresent()
                        ? own.filter(time -> time.compareTo(given.get()) < 0).or(() -> given)
                        : own.or(() -> given);
        wallTimer = limit.map(this::endAfter);
        cpuWatch = ground.cpuWatch(this::end);
        cpuWatch.ifPresent(CpuWatch::start);
    }

    private ScheduledFuture<?> endAfter(Duration time) {
        return engine.timers()
                .schedule(
                        () -> end(new Termination.TimedOut(time)),
                        time.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /**
     * A call that its filter kills for ends the whole sandbox.
     *
     * @param sandbox ends that
     */
    void watchCalls(Walls walls, Consumer<Termination> sandbox) {
        if (walls.watch() == Walls.Watch.DENIALS) {
            session.onCall(notice -> {
                Termination denied = new Termination.SyscallDenied(Filters.name(notice));
                end(denied);
                sandbox.accept(denied);
            });
        }
    }

    String id() {
        return id;
    }

    /** The host's pid of the first process; remembered, for it outlives the session. */
    long pid() {
        return pid;
    }

    Session session() {
        return session;
    }

    /**
     * Ends it for a reason of ours; the first reason counts, unless it has ended by itself and only
     * its output is still on its way.
     */
    void end(Termination reason) {
        if (!session.isGone()) {
            verdict.compareAndSet(Optional.empty(), Optional.of(reason));
        }
        session.kill();
        ground.kill();
        grace =
                Optional.of(
                        engine.timers().schedule(this::giveUp, GRACE_SECONDS, TimeUnit.SECONDS));
    }

    /** A watcher may be held up before it can do as it was told; whoever reads, for ever. */
    private void giveUp() {
        session.giveUp();
        session.forsake();
    }

    /** Ends it because nobody wants the result any more, nor what the sinks have not taken. */
    void forsake() {
        end(new Termination.Cancelled());
        session.forsake();
    }

    /** Sends a signal to the command, by way of who watches it. Returns 0 or −errno. */
    int signal(Signal signal) {
        boolean watched = ground instanceof SharedGround || spec.init();
        return watched
                ? session.signalCommand(signal.number())
                : session.signalInit(signal.number());
    }

    /** Why it was ended, if it was by us. */
    Optional<Termination> verdict() {
        return verdict.get();
    }

    /** Does this thread run a stream or consumer of its? Then it must not wait for the result. */
    boolean isDelivering() {
        return session.isDelivering();
    }

    Compiled compiled() {
        return compiled;
    }

    /** The sandbox it stands in. */
    OwnGround sandbox() {
        return switch (ground) {
            case OwnGround own -> own;
            case SharedGround shared -> shared.host().sandbox();
        };
    }

    /**
     * Waits in this thread, and cleans up in it. Interrupted: the tree dies first, then the
     * exception goes up.
     */
    Result await() throws InterruptedException {
        try {
            if (Thread.currentThread().isVirtual() || !session.poll(POLL_NANOS)) {
                session.watch();
            }
            session.ended().get();
        } catch (InterruptedException interrupted) {
            forsake();
            finishUninterrupted();
            throw interrupted;
        } catch (java.util.concurrent.ExecutionException sinkFailed) {
            // finish() tells.
        } catch (RuntimeException | Error failure) {
            session.breakOff(failure);
        }
        finish();
        return resultOrThrow();
    }

    private void finishUninterrupted() {
        session.ended().exceptionally(failure -> null).join();
        finish();
    }

    private Result resultOrThrow() {
        try {
            return result.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof SandboxException cause
                    ? cause
                    : new SandboxException("the run failed", failed);
        }
    }

    /** Completes when the command's exec has succeeded, or never will. */
    CompletableFuture<Void> awaitStart() {
        try {
            return session.awaitStart();
        } catch (RuntimeException | Error failure) {
            session.breakOff(failure);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Leaves the wait to the reactor. */
    void watchSession() {
        if (session.internalFailure().isPresent()) {
            return;
        }
        try {
            session.watch();
        } catch (RuntimeException | Error failure) {
            session.breakOff(failure);
        }
    }

    /** The result, for whoever does not wait in a thread of its own. */
    CompletableFuture<Result> finishInBackground() {
        var _ = session.ended().whenCompleteAsync((nothing, failure) -> finish(), Workers::execute);
        return result;
    }

    CompletableFuture<Result> result() {
        return result;
    }

    /** Lets go of everything and completes the result; once, whoever comes first. */
    private void finish() {
        if (!finishing.compareAndSet(false, true)) {
            result.handle((r, failure) -> r).join();
            return;
        }
        try {
            Teardown down =
                    new Teardown()
                            .then(() -> wallTimer.ifPresent(timer -> timer.cancel(false)))
                            .then(() -> cpuWatch.ifPresent(CpuWatch::stop))
                            .then(() -> grace.ifPresent(timer -> timer.cancel(false)))
                            // Its pidfd is the door: it closes when nobody is in it any more.
                            .then(ground::vacate);
            Optional<Session.Outcome> told =
                    down.ask(() -> Optional.of(session.finish()), Optional.empty());
            CgroupUsage usage =
                    down.ask(
                            () -> session.isLeaving() ? leaveTheRest() : ground.leave(),
                            CgroupUsage.NONE);
            down.end();
            Session.Outcome outcome = told.orElseThrow();
            if (outcome.failure().isPresent()) {
                throw Failures.of(outcome.failure().get(), compiled.blueprint(), command);
            }
            internalFailure();
            sinkFailure();
            inputFailure();
            Optional<Termination> ours = verdict.get().or(ground::endedBy);
            if (ours.isEmpty()
                    && outcome.overLimit().isEmpty()
                    && outcome.ending().isEmpty()
                    && outcome.exit().result() < 0) {
                throw new SandboxException(
                        "the command ended, but its exit status is lost: something else in this process waits for"
                                + " all children, or SIGCHLD is ignored in it; use init(true), which does not"
                                + " depend on that");
            }
            Result ended =
                    new Verdict(
                                    spec,
                                    ground instanceof SharedGround,
                                    ours,
                                    outcome,
                                    usage,
                                    ownTasks,
                                    askedAt,
                                    System.nanoTime())
                            .result();
            flight.accept(new Flown(Optional.of(ended), ""));
            tellOfGuest(ended);
            result.complete(ended);
        } catch (RuntimeException | Error failure) {
            flight.accept(new Flown(Optional.empty(), failure.toString()));
            result.completeExceptionally(failure);
        }
    }

    /** Everybody is dead but the init, which nobody has to wait for. */
    private CgroupUsage leaveTheRest() {
        try {
            return ground.used();
        } finally {
            undertaker.accept(() -> {
                session.bury();
                ground.letGo();
            });
        }
    }

    /**
     * Says who does what is left to do when the result is there.
     *
     * @param who runs it, in whatever thread
     */
    void leaveTheRestTo(Consumer<Runnable> who) {
        undertaker = who;
    }

    private void tellOfGuest(Result told) {
        if (ground instanceof SharedGround) {
            sandbox()
                    .events()
                    .ifPresent(book ->
                            book.add(
                                    new ContainerEvent.ExecEnded(
                                            id,
                                            Instant.now(),
                                            command.arguments().getFirst(),
                                            told.termination())));
        }
    }

    private void internalFailure() {
        Optional<Throwable> failure = session.internalFailure();
        if (failure.isPresent()) {
            throw failure.get() instanceof LaunchException step
                    ? Failures.of(step)
                    : new SandboxException(
                            "the command was killed, for this JVM failed while it ran: "
                                    + failure.get(),
                            failure.get());
        }
    }

    private void inputFailure() {
        session.inputFailure()
                .ifPresent(cause -> {
                    throw new SandboxException(
                            "the command was killed, for its input could not be read to the end: the caller's own stream"
                                    + " threw "
                                    + cause,
                            cause);
                });
    }

    private void sinkFailure() {
        if (session.ended().isCompletedExceptionally()) {
            Throwable cause = session.ended().exceptionNow();
            throw new SandboxException(
                    "the command ended, but its output could not be delivered: the caller's own consumer threw "
                            + cause,
                    cause);
        }
    }
}
