package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Pool;
import io.bailey.sandbox.PoolExhaustedException;
import io.bailey.sandbox.PoolOptions;
import io.bailey.sandbox.PoolOptions.WhenEmpty;
import io.bailey.sandbox.PoolStats;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.container.ParkedSandbox.Taken;
import io.bailey.sandbox.linux.launch.Workers;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Sandboxes that wait for commands, the threads that make them, and who gets which. */
final class LinuxPool implements Pool {
    private static final System.Logger LOG = System.getLogger(LinuxPool.class.getName());

    private final LinuxSandbox sandbox;
    private final Nursery nursery;
    private final PoolOptions options;
    private final Shelf shelf;
    private final List<Thread> keepers = new ArrayList<>();

    LinuxPool(LinuxSandbox sandbox, Nursery nursery, PoolOptions options) {
        this.sandbox = sandbox;
        this.nursery = nursery;
        this.options = options;
        this.shelf = new Shelf(options);
    }

    void begin() {
        for (int i = 1; i <= Math.min(options.preparers(), options.size()); i++) {
            keepers.add(
                    Thread.ofPlatform().name("bailey-pool-" + i).daemon(true).start(this::keep));
        }
    }

    private void keep() {
        try {
            while (true) {
                switch (shelf.next()) {
                    case Shelf.Work.Make() -> make();
                    case Shelf.Work.End(List<ParkedSandbox> useless) ->
                            useless.forEach(LinuxPool::end);
                    case Shelf.Work.Bury(List<Runnable> remains) -> remains.forEach(LinuxPool::run);
                    case Shelf.Work.Stop() -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }

    private void make() {
        ParkedSandbox made;
        try {
            made = sandbox.prepare(nursery);
        } catch (RuntimeException | Error failure) {
            shelf.failed(failure);
            return;
        }
        try {
            // Before anybody can take it, which ends that.
            made.session().whileParked(() -> ended(made));
        } catch (RuntimeException | Error failure) {
            end(made);
            shelf.failed(failure);
            return;
        }
        if (!shelf.add(made)) {
            end(made);
        }
    }

    /** On the reactor's thread. */
    private void ended(ParkedSandbox dead) {
        dead.ended().set(true);
        shelf.remove(dead);
    }

    /** Nobody waits here for an exception, so what could not be removed is written down. */
    private static void end(ParkedSandbox unused) {
        try {
            unused.discard();
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "a sandbox of a pool could not be ended", failure);
        }
    }

    @Override
    public Result run(Command command) throws InterruptedException {
        Pipes.refuse(command, "run");
        Optional<Taken> taken = isServed(command) ? take(command) : cold();
        try {
            return sandbox.run(command, taken);
        } catch (SandboxException failure) {
            throw withReason(failure, taken);
        }
    }

    /** Why none waited belongs to why none could be started either. */
    private <T extends SandboxException> T withReason(T failure, Optional<Taken> taken) {
        if (taken.isEmpty()) {
            shelf.lastFailure().ifPresent(failure::addSuppressed);
        }
        return failure;
    }

    @Override
    public CompletableFuture<Result> runAsync(Command command) {
        try {
            Pipes.refuse(command, "runAsync");
            if (!isServed(command)) {
                return sandbox.runAsync(command, cold());
            }
            Optional<ParkedSandbox> parked = shelf.poll();
            if (parked.isEmpty() && options.whenEmpty() == WhenEmpty.WAIT) {
                return runLater(command);
            }
            return sandbox.runAsync(command, orNone(parked, command));
        } catch (SandboxException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private CompletableFuture<Result> runLater(Command command) {
        AtomicReference<CompletableFuture<Result>> run =
                new AtomicReference<>(new CompletableFuture<>());
        CancellableResult future = new CancellableResult(() -> run.get().cancel(true));
        Workers.execute(() -> {
            try {
                Optional<Taken> taken = take(command);
                if (future.isDone()) {
                    taken.ifPresent(t -> putBack(t.parked()));
                    return;
                }
                CompletableFuture<Result> begun = sandbox.runAsync(command, taken);
                run.set(begun);
                if (future.isCancelled()) {
                    begun.cancel(true);
                }
                var _ = begun.whenComplete(future::settle);
            } catch (InterruptedException | RuntimeException | Error failure) {
                future.settle(null, failure);
            }
        });
        return future;
    }

    @Override
    public Container start(Command command) {
        Optional<Taken> taken =
                options.containers() && isServed(command)
                        ? uninterrupted(() -> take(command))
                        : cold();
        try {
            return taken.isPresent() ? sandbox.start(command, taken.get()) : sandbox.start(command);
        } catch (SandboxException failure) {
            throw withReason(failure, taken);
        }
    }

    private interface Interruptible<T> {
        T get() throws InterruptedException;
    }

    private static <T> T uninterrupted(Interruptible<T> task) {
        try {
            return task.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SandboxException(
                    "interrupted while waiting for a sandbox of the pool", interrupted);
        }
    }

    /** Its streams can be pipes, and its user is who was expected. */
    private boolean isServed(Command command) {
        return command.terminal().isEmpty()
                && !(command.output() instanceof Output.Inherit)
                && !(command.errorOutput() instanceof Output.Inherit)
                && (command.runAs().isEmpty() || command.runAs().equals(sandbox.whole().user()));
    }

    private Optional<Taken> cold() {
        // A closed pool starts nothing, cold neither.
        shelf.requireOpen();
        shelf.startedCold();
        return Optional.empty();
    }

    private Optional<Taken> take(Command command) throws InterruptedException {
        Optional<ParkedSandbox> parked =
                options.whenEmpty() == WhenEmpty.WAIT
                        ? shelf.poll(Shelf.nanos(options.patience()))
                        : shelf.poll();
        return orNone(parked, command);
    }

    private Optional<Taken> orNone(Optional<ParkedSandbox> parked, Command command) {
        return parked.isPresent() ? continued(parked.get(), command) : none();
    }

    private Optional<Taken> none() {
        if (options.whenEmpty() == WhenEmpty.START_COLD) {
            return cold();
        }
        shelf.refused();
        String message =
                "no sandbox of the pool waits for a command"
                        + (options.whenEmpty() == WhenEmpty.WAIT
                                ? ", for as long as " + options.patience()
                                : "")
                        + "; make the pool larger than "
                        + options.size()
                        + ", or let it start cold";
        Supplier<PoolExhaustedException> plain = () -> new PoolExhaustedException(message);
        throw shelf.lastFailure()
                .map(why -> new PoolExhaustedException(message + "; the last failed: " + why, why))
                .orElseGet(plain);
    }

    /** What is too much for one that waits is too much for each. */
    private Optional<Taken> continued(ParkedSandbox parked, Command command) {
        Optional<ParkedTemplate.Rest> rest;
        try {
            rest = parked.template().rest(command);
        } catch (RuntimeException | Error failure) {
            putBack(parked);
            throw failure;
        }
        if (rest.isEmpty()) {
            putBack(parked);
            return cold();
        }
        return Optional.of(new Taken(parked, rest.get(), this));
    }

    /** One that was taken had ended by then. */
    void lost() {
        shelf.lost();
    }

    /**
     * Does what is left to do when a run is over, soon and not in the thread that waited for it.
     */
    void bury(Runnable remains) {
        if (!shelf.bury(remains)) {
            remains.run();
        }
    }

    private static void run(Runnable remains) {
        try {
            remains.run();
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "what a run has left could not be removed", failure);
        }
    }

    private void putBack(ParkedSandbox unused) {
        if (!shelf.putBack(unused)) {
            end(unused);
        }
    }

    @Override
    public Sandbox sandbox() {
        return sandbox;
    }

    @Override
    public int size() {
        return options.size();
    }

    @Override
    public PoolOptions options() {
        return options;
    }

    @Override
    public PoolStats stats() {
        return shelf.stats();
    }

    @Override
    public boolean awaitFull(Duration patience) throws InterruptedException {
        boolean full = shelf.awaitFull(Shelf.nanos(patience));
        if (!full && shelf.lastFailure().orElse(null) instanceof SandboxException failure) {
            throw failure;
        }
        return full;
    }

    @Override
    public void close() {
        Shelf.Rest rest = shelf.close();
        sandbox.forget(this);
        rest.idle().forEach(LinuxPool::end);
        rest.remains().forEach(LinuxPool::run);
        boolean interrupted = false;
        for (Thread keeper : keepers) {
            while (keeper.isAlive()) {
                try {
                    keeper.join();
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
