package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.launch.LaunchRequest.Death;
import io.bailey.sandbox.linux.launch.LaunchRequest.OutputBounds;
import io.bailey.sandbox.linux.launch.StatusPipe.Ending;
import io.bailey.sandbox.linux.launch.StatusPipe.Failure;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.ExitStatus;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.TerminalCalls;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One child from its clone to its end: the descriptors that lead to it, and what it told. Waits by
 * pidfd, so nobody else's wait(2) can take its end away, and a signal can never hit a process that
 * got its number later.
 */
public final class Session {
    private static final int SIGKILL = 9;
    private static final int POLL_BYTES = 1 << 16;
    private static final long ORPHAN_NANOS = 2_000_000_000;
    private static final int PIPE_BUF = 4096;
    private static final int F_SETPIPE_SZ = 1031;

    /**
     * For {@link #poll}, which only platform threads enter: as many buffers as threads that run
     * sandboxes.
     */
    private static final ThreadLocal<ByteBuffer> POLL_BUFFER =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(POLL_BYTES));

    private final Linux linux;
    private final Reactor reactor;
    private final Trampoline trampoline;
    private final ReentrantLock lock = new ReentrantLock();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicReference<Optional<Termination.OutputLimitExceeded>> overLimit =
            new AtomicReference<>(Optional.empty());

    private final AtomicReference<Optional<Throwable>> internalFailure =
            new AtomicReference<>(Optional.empty());

    private @Nullable Streams streams;
    private @Nullable Pipe status;
    private @Nullable Pipe lifeline;
    private @Nullable StatusPipe reports;
    private Trampoline.@Nullable Child child;
    private @Nullable Fd pidfd;
    private volatile long pidfdKey;
    private volatile long statusKey = -1;
    private volatile boolean toldOfCalls;
    private volatile long goneAt;
    private Death death = Death.KILL;
    private long beganAt;
    private long clonedAt;
    private boolean handedOver;
    private boolean endsAlone;
    private boolean leaving;

    Session(Linux linux, Reactor reactor, Trampoline trampoline) {
        this.linux = linux;
        this.reactor = reactor;
        this.trampoline = trampoline;
    }

    private static <T> T there(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the session has not got that far");
        }
        return value;
    }

    /**
     * @param parked whether its command comes later
     */
    void open(LaunchRequest request, boolean parked) {
        death = request.death();
        var owner = new Streams.Owner(request.hostUid(), request.hostGid());
        var listeners =
                new Streams.Listeners(
                        request.tap(),
                        exceeded -> {
                            overLimit.compareAndSet(Optional.empty(), Optional.of(exceeded));
                            kill();
                        },
                        new Delivery(this, this::kill),
                        this::broke);
        streams =
                parked
                        ? Streams.park(linux, reactor, request.bounds(), owner, listeners)
                        : Streams.open(
                                linux,
                                reactor,
                                request.command(),
                                request.hostTerminal(),
                                request.bounds(),
                                owner,
                                listeners);
        status = Pipe.open(linux, 0, "for the status");
        lifeline =
                request.lasting()
                        .map(LaunchRequest.Lasting::lifeline)
                        .orElseGet(() -> Pipe.open(linux, Linux.O_NONBLOCK, "for the lifeline"));
        Pipe.nonBlocking(linux, status.readEnd());
        reports = new StatusPipe(linux, status.readEnd());
    }

    /** Does this thread run a stream or consumer of its? Then it must not wait for the end. */
    public boolean isDelivering() {
        return Workers.isDeliveringFor(this);
    }

    Streams streams() {
        return there(streams);
    }

    int statusForChild() {
        return there(status).writeEnd().number();
    }

    int lifelineForChild() {
        return there(lifeline).readEnd().number();
    }

    /** Everything is ready; the next step is the clone. */
    void cloning() {
        beganAt = System.nanoTime();
    }

    void began(Trampoline.Child born) {
        clonedAt = System.nanoTime();
        child = born;
        pidfd = linux.own(born.pidfd());
    }

    /** The maps are written: the init may go on. */
    void go() {
        LaunchException.check(
                linux.write(there(lifeline).writeEnd().number(), new byte[] {1}, 0, 1),
                "write to",
                "the lifeline");
    }

    void handedOver() {
        there(status).writeEnd().close();
        there(lifeline).readEnd().close();
        streams().handedOver();
    }

    /**
     * Wants to know of each system call that the filter tells of, in the thread that waits. Before
     * {@link #poll} and {@link #watch}.
     */
    public void onCall(Consumer<SystemCallNotice> consumer) {
        toldOfCalls = true;
        there(reports).onCall(consumer);
    }

    /**
     * Waits in this thread, which must be a platform thread, until a child that gets its command
     * later is ready for one. Returns whether it is; if not it has failed, or taken too long.
     */
    public boolean awaitParked(Duration patience) {
        StatusPipe told = there(reports);
        int[] fds = {there(status).readEnd().number(), there(pidfd).number()};
        long deadline = System.nanoTime() + patience.toNanos();
        long left = patience.toNanos();
        while (!told.parked() && told.failure().isEmpty() && left > 0) {
            long ready = linux.pollIn(fds, fds.length, left);
            told.read();
            if (ready > 0 && (ready & 2) != 0) {
                break;
            }
            left = deadline - System.nanoTime();
        }
        return told.parked();
    }

    /** Runs {@code task} on the reactor's thread, once, if the child ends before {@link #hand}. */
    public void whileParked(Runnable task) {
        pidfdKey = reactor.newKey();
        reactor.add(
                pidfdKey,
                there(pidfd).number(),
                Linux.EPOLLIN,
                events -> {
                    if (endedWhileParked()) {
                        task.run();
                    }
                },
                failure -> task.run());
    }

    /** False once it is being handed its command: whoever does that stops this watch. */
    private boolean endedWhileParked() {
        lock.lock();
        try {
            if (!handedOver) {
                reactor.remove(pidfdKey, there(pidfd).number());
            }
            return !handedOver;
        } finally {
            lock.unlock();
        }
    }

    private void handOver() {
        lock.lock();
        try {
            handedOver = true;
        } finally {
            lock.unlock();
        }
    }

    private void unwatchParked() {
        lock.lock();
        try {
            if (there(pidfd).isOpen()) {
                reactor.remove(pidfdKey, there(pidfd).number());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hands a parked child its command. Returns whether it has it: false if the child has ended.
     *
     * @param rest of its program
     * @param alone whether its init tells of the command's end only when there is nobody else: then
     *     {@link #poll} does not wait for the init's own end, see {@link #isLeaving}
     */
    public boolean hand(
            Command command, OutputBounds bounds, OutputTap tap, byte[] rest, boolean alone) {
        beganAt = System.nanoTime();
        handOver();
        boolean first = Streams.isAtHand(command);
        boolean handed = first && write(rest);
        streams().connect(command, bounds, tap);
        handed |= !first && write(rest);
        clonedAt = System.nanoTime();
        unwatchParked();
        endsAlone = alone;
        if (handed) {
            streams().begin();
        }
        return handed;
    }

    /**
     * In one piece: what reads it takes what is there. The kernel fills a pipe that has room
     * without letting a reader in between (pipe_write, fs/pipe.c).
     */
    private boolean write(byte[] rest) {
        int pipe = there(lifeline).writeEnd().number();
        if (rest.length > PIPE_BUF
                && linux.fcntl(pipe, F_SETPIPE_SZ, Integer.highestOneBit(rest.length) << 1)
                        < rest.length) {
            return false;
        }
        return linux.write(pipe, rest, 0, rest.length) == rest.length;
    }

    /** Ends a parked child that gets no command. */
    public void discard() {
        unwatchParked();
        kill();
        linux.pollIn(new int[] {there(pidfd).number()}, 1, ORPHAN_NANOS);
        abandon();
    }

    /** Leaves the wait to the reactor. */
    public void watch() {
        streams().watch();
        if (toldOfCalls && statusKey < 0) {
            watchStatus();
        }
        pidfdKey = reactor.newKey();
        reactor.add(
                pidfdKey,
                there(pidfd).number(),
                Linux.EPOLLIN,
                events -> gone(),
                ended::completeExceptionally);
    }

    /**
     * Waits in this thread, which must be a platform thread, for {@code nanos} at most: a command
     * that ends so soon costs no hand-over between threads. Returns whether it has ended; if not,
     * {@link #watch} is next.
     */
    public boolean poll(long nanos) {
        if (streams().onTerminal()) {
            // It is not there yet.
            return false;
        }
        ByteBuffer buffer = POLL_BUFFER.get();
        List<OutputPump> pumps = streams().pumps();
        int[] fds = new int[pumps.size() + 2];
        long deadline = System.nanoTime() + nanos;
        long left = nanos;
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            fds[0] = there(pidfd).number();
            for (int i = 0; i < pumps.size(); i++) {
                fds[i + 1] = pumps.get(i).pollable();
            }
            fds[pumps.size() + 1] =
                    toldOfCalls || endsAlone ? there(status).readEnd().number() : -1;
            long ready = linux.pollIn(fds, fds.length, left);
            if (ready > 0 && (ready & 1) != 0) {
                ended(buffer);
                return true;
            }
            for (int i = 0; i < pumps.size() && ready > 0; i++) {
                if (((ready >> (i + 1)) & 1) != 0 && !pumps.get(i).polled(buffer)) {
                    return false;
                }
            }
            if (((ready >> (pumps.size() + 1)) & 1) != 0) {
                there(reports).read();
                if (endsAlone && there(reports).ending().isPresent()) {
                    leaving = true;
                    ended(buffer);
                    return true;
                }
            }
            left = deadline - System.nanoTime();
        }
        return false;
    }

    /**
     * Wants to know when the command's exec has succeeded (its plan must announce it): completes
     * {@link #started}.
     */
    public CompletableFuture<Void> awaitStart() {
        watchStatus();
        return started;
    }

    private void watchStatus() {
        statusKey = reactor.newKey();
        reactor.add(
                statusKey,
                there(status).readEnd().number(),
                Linux.EPOLLIN,
                events -> statusReady(),
                this::broke);
    }

    private void statusReady() {
        there(reports).read();
        StatusPipe told = there(reports);
        if (told.started()) {
            streams().started();
        }
        // A further command tells its number first.
        boolean known = told.started() || told.failure().isPresent();
        if (known) {
            started.complete(null);
        }
        if (told.atEnd() || (known && !toldOfCalls)) {
            unwatchStatus();
        }
    }

    private void unwatchStatus() {
        if (statusKey >= 0) {
            reactor.remove(statusKey, there(status).readEnd().number());
            statusKey = -1;
        }
    }

    /** On the reactor's thread: the child, and with it its whole pid namespace, has ended. */
    private void gone() {
        reactor.remove(pidfdKey, there(pidfd).number());
        unwatchStatus();
        ended(reactor.buffer());
    }

    private void ended(ByteBuffer buffer) {
        goneAt = System.nanoTime();
        // Before it counts as ended: a denied call that is told is the reason.
        there(reports).read();
        gone.complete(null);
        var _ =
                streams()
                        .finish(buffer)
                        .whenComplete((nothing, failure) -> {
                            if (failure == null) {
                                ended.complete(null);
                            } else {
                                ended.completeExceptionally(failure);
                            }
                        });
        started.complete(null);
    }

    /**
     * Completes when the child has ended and its output has been delivered; exceptionally if a
     * caller's sink threw.
     */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /** Something of ours failed while the child runs: it ends, and the caller is told why. */
    private void broke(Throwable failure) {
        internalFailure.compareAndSet(Optional.empty(), Optional.of(failure));
        started.complete(null);
        kill();
    }

    /** What failed on our side while the child ran. */
    public Optional<Throwable> internalFailure() {
        return internalFailure.get();
    }

    /** The wait itself failed: the child is killed, and its end not waited for by the reactor. */
    public void breakOff(Throwable failure) {
        broke(failure);
        goneAt = System.nanoTime();
        gone.complete(null);
        unwatchStatus();
        streams().forsake();
        streams().close();
        ended.complete(null);
    }

    /** Has the child ended? Its output may still be on its way to the caller's sinks. */
    public boolean isGone() {
        return gone.isDone();
    }

    /**
     * Waits for the child's end for a limited time, whatever interrupts. Returns whether it has
     * come.
     */
    public boolean awaitGone(Duration patience) {
        return gone.copy()
                .completeOnTimeout(null, patience.toNanos(), TimeUnit.NANOSECONDS)
                .handle((nothing, failure) -> gone.isDone())
                .join();
    }

    /** What is written to it is the command's input, where that is a pipe or typed. */
    public OutputStream toCommand() {
        return streams().toCommand();
    }

    /** What is read from it is the command's output, where that is a pipe. */
    public InputStream fromCommand(OutputStreamKind kind) {
        return streams().fromCommand(kind);
    }

    /**
     * Tells the command's terminal its size.
     *
     * @throws IllegalStateException if it has none
     */
    public void resize(TerminalCalls.Size size) {
        streams().resize(size);
    }

    /** What the caller's own input stream threw, if it did. */
    public Optional<Throwable> inputFailure() {
        return streams().inputFailure();
    }

    /** Nobody waits for the output any longer: the caller's sinks are not waited for either. */
    public void forsake() {
        streams().forsake();
    }

    /** The host's pid of the child. */
    public int pid() {
        return there(child).pid();
    }

    /** The child's pidfd, open until {@link #finish}. */
    public int pidfd() {
        return there(pidfd).number();
    }

    /**
     * Ends the command: its init is killed, and the kernel kills all in its pid namespace with it;
     * or a watcher is told to kill it. Any thread, any time.
     */
    public void kill() {
        switch (death) {
            case KILL -> killFirst();
            case LIFELINE -> cutLifeline();
            case WORD -> {
                if (signalCommand(SIGKILL) < 0) {
                    killFirst();
                }
            }
        }
    }

    /** The init takes it for the end of the JVM: it kills its command's group, reaps and exits. */
    private void cutLifeline() {
        lock.lock();
        try {
            if (lifeline != null) {
                lifeline.writeEnd().close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends a child that does not do as it was told. One with a group would leave that behind. */
    public void giveUp() {
        if (death != Death.LIFELINE) {
            killFirst();
        }
    }

    /** Kills the child itself. */
    public void killFirst() {
        int _ = signalInit(SIGKILL);
    }

    /** Sends a signal to the child itself. Returns 0 or −errno. */
    public int signalInit(int signal) {
        lock.lock();
        try {
            return pidfd != null && pidfd.isOpen()
                    ? linux.pidfdSendSignal(pidfd.number(), signal)
                    : -Errno.ESRCH;
        } finally {
            lock.unlock();
        }
    }

    /** Has the init send a signal to the command. Returns 0 or −errno. */
    public int signalCommand(int signal) {
        lock.lock();
        try {
            Fd end = there(lifeline).writeEnd();
            return end.isOpen()
                    ? Math.min(0, linux.write(end.number(), new byte[] {(byte) signal}, 0, 1))
                    : -Errno.ESRCH;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has the child seen everybody off, and only to go itself? {@link #finish} does not wait for
     * that then, but {@link #bury} has to follow.
     */
    public boolean isLeaving() {
        return leaving;
    }

    /** Waits for the end of a child that was leaving, and lets go of everything. */
    public void bury() {
        var _ = linux.waitPidfd(there(pidfd).number(), 0);
        closeAll();
    }

    /** Reaps the child and lets go of everything. Call it once, after {@link #ended}. */
    public Outcome finish() {
        ExitStatus exit =
                leaving
                        ? new ExitStatus(0, 0, 0, 0, there(reports).ending().orElseThrow().usage())
                        : linux.waitPidfd(there(pidfd).number(), 0);
        if (death == Death.WORD && there(reports).ending().isEmpty()) {
            endOrphan(there(reports));
        }
        Outcome outcome =
                new Outcome(
                        exit,
                        there(reports).ending(),
                        there(reports).failure(),
                        overLimit.get(),
                        streams().captured(OutputStreamKind.STDOUT),
                        streams().captured(OutputStreamKind.STDERR),
                        streams().truncated(),
                        handedOver,
                        beganAt,
                        clonedAt,
                        goneAt);
        if (!leaving) {
            closeAll();
        }
        return outcome;
    }

    /**
     * The watcher was killed, by the OOM killer say. In a JVM that is the first process of its own
     * pid namespace the command is the JVM's child now, and nobody else would reap it. Until its
     * exec it holds the pipe, in which its number comes first.
     */
    private void endOrphan(StatusPipe told) {
        told.readToEnd(ORPHAN_NANOS);
        if (told.command() > 0) {
            linux.endChild(told.command());
        }
    }

    /** A launch that failed half-way: the child, if there is one, dies and is reaped here. */
    void abandon() {
        if (child != null) {
            killFirst();
            linux.waitPidfd(there(pidfd).number(), 0);
        }
        if (streams != null) {
            streams.close();
        }
        closeAll();
    }

    private void closeAll() {
        lock.lock();
        try {
            if (pidfd != null) {
                pidfd.close();
            }
            if (status != null) {
                status.close();
            }
            if (lifeline != null) {
                lifeline.close();
            }
        } finally {
            lock.unlock();
        }
        if (child != null) {
            trampoline.release(child.slot());
            child = null;
        }
    }

    /** Has the init failed before the command ran? Known once started or ended. */
    public Optional<Failure> failure() {
        return there(reports).failure();
    }

    /**
     * How it went. Times are System.nanoTime.
     *
     * @param ending the init's report, missing when it was killed or there was none
     * @param overLimit which stream went over its limit
     * @param parked whether the child was there before its command, which it got between {@code
     *     beganAt} and {@code clonedAt}
     */
    @SuppressWarnings(
            "ArrayRecordComponent") // handed on once, by this room only, to the record that copies
    // them
    public record Outcome(
            ExitStatus exit,
            Optional<Ending> ending,
            Optional<Failure> failure,
            Optional<Termination.OutputLimitExceeded> overLimit,
            byte[] stdout,
            byte[] stderr,
            boolean truncated,
            boolean parked,
            long beganAt,
            long clonedAt,
            long goneAt) {}
}
