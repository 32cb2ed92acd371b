package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.Stats;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.container.state.StoredContainer;
import io.bailey.sandbox.linux.launch.Workers;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The one life of a detached container, as another process sees it: by its directory, and a pidfd
 * of its init.
 */
final class DetachedLife implements AutoCloseable {
    private static final int SIGKILL = 9;

    private final Engine engine;
    private final Linux linux;
    private final Path directory;
    private final DetachedNote written;
    private final CompletableFuture<Result> exit = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Cgroup> cgroup;

    /** Once it is gone: it remembers what was read of it last. */
    private Optional<Cgroup> gone = Optional.empty();

    private Optional<Fd> pidfd = Optional.empty();
    private Runnable unwatch = () -> {};
    private boolean killed;

    private DetachedLife(Engine engine, Path directory, DetachedNote written) {
        this.engine = engine;
        this.linux = engine.linux();
        this.directory = directory;
        this.written = written;
        this.cgroup = adopt(engine, written.cgroups());
    }

    /**
     * Its cgroup, unless somebody has removed it.
     *
     * @throws SandboxSetupException if it cannot be opened although it is there
     */
    static Optional<Cgroup> adopt(Engine engine, List<String> paths) {
        if (paths.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(engine.cgroups().adopt(paths));
        } catch (SandboxSetupException failed) {
            if (failed.errno().equals("ENOENT") || failed.errno().equals("ENODEV")) {
                return Optional.empty();
            }
            throw failed;
        }
    }

    /**
     * @param written what was written down at the start
     */
    static DetachedLife open(Engine engine, Path directory, DetachedNote written) {
        DetachedLife life = new DetachedLife(engine, directory, written);
        try {
            life.watch();
            return life;
        } catch (RuntimeException failure) {
            life.close();
            throw failure;
        }
    }

    private void watch() {
        DetachedInit its = new DetachedInit(linux, directory, written);
        Optional<Fd> init = its.find();
        if (init.isPresent()) {
            watch(init.get());
        } else {
            ended(report().lock() == DetachedReport.Lock.FREE);
        }
    }

    private void watch(Fd init) {
        pidfd = Optional.of(init);
        Fd copy = linux.own(dup(init));
        try {
            unwatch =
                    engine.launcher()
                            .whenEnded(copy, () -> Workers.execute(() -> ended(hasEnded(init))));
        } catch (RuntimeException | Error failure) {
            copy.close();
            throw failure;
        }
    }

    /** Who watches for us may have failed: that is no end. */
    private boolean hasEnded(Fd init) {
        return linux.pollIn(new int[] {init.number()}, 1, 0) > 0;
    }

    private int dup(Fd fd) {
        int copy = linux.fcntl(fd.number(), Linux.F_DUPFD_CLOEXEC, 0);
        if (copy < 0) {
            throw new SandboxException("cannot watch the container: " + Errno.name(-copy));
        }
        return copy;
    }

    private DetachedReport report() {
        return DetachedReport.read(linux, directory);
    }

    /**
     * Nothing of it runs any more, so whoever sees it cleans up.
     *
     * @param certain whether its init is known to have ended. If not, there is no report to be
     *     found, and then closing its cgroup could kill it
     */
    private void ended(boolean certain) {
        Optional<Cgroup> left = takeCgroup();
        try {
            // Its descriptors, and with them the lock, are closed before it counts as ended.
            DetachedReport last = report();
            if (!certain && last.alive()) {
                throw new SandboxException(
                        "container "
                                + written.info().id()
                                + " lives, but can no longer be watched");
            }
            boolean byUs = isKilled();
            DetachedVerdict verdict =
                    new DetachedVerdict(written.info(), last, left.map(Cgroup::usage), byUs);
            Result result = verdict.result();
            letGo(left, certain);
            exit.complete(result);
        } catch (RuntimeException | Error failure) {
            exit.completeExceptionally(failure);
        } finally {
            letGo(left, certain);
            pidfd.ifPresent(Fd::close);
        }
    }

    private static void letGo(Optional<Cgroup> left, boolean certain) {
        left.ifPresent(certain ? Cgroup::close : Cgroup::forget);
    }

    private boolean isKilled() {
        lock.lock();
        try {
            return killed;
        } finally {
            lock.unlock();
        }
    }

    private Optional<Cgroup> takeCgroup() {
        lock.lock();
        try {
            Optional<Cgroup> taken = cgroup;
            gone = cgroup;
            cgroup = Optional.empty();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** What was written when this handle was made: what of it never changes. */
    ContainerInfo written() {
        return written.info();
    }

    /** What is written now: any process may have changed its limits. */
    private ContainerInfo latest() {
        return engine.ledger()
                .read(written.info().id())
                .map(StoredContainer::info)
                .orElse(written.info());
    }

    Limits limits() {
        return latest().limits();
    }

    /**
     * Writes new limits down, as every process of its user is told them.
     *
     * @throws SandboxException if that cannot be written
     */
    void write(Limits limits) {
        Ledger ledger = engine.ledger();
        String id = written.info().id();
        ledger.read(id)
                .ifPresent(stored ->
                        ledger.state()
                                .directory(id)
                                .write(stored.with(ContainerRecord.with(stored.info(), limits))));
    }

    /** What it uses; what it had used at its end. */
    Stats stats() {
        lock.lock();
        try {
            return cgroup.or(() -> gone)
                    .orElseThrow(() ->
                            new IllegalStateException(
                                    "container "
                                            + written.info().id()
                                            + " has no cgroup of its own, or has ended before this handle"
                                            + " was made: there is nothing to read"))
                    .stats();
        } finally {
            lock.unlock();
        }
    }

    /** The paths of its cgroup. */
    List<String> cgroups() {
        return written.cgroups();
    }

    Container.Subscription readings(
            Supplier<Stats> stats, Consumer<Stats> consumer, Duration interval) {
        StatsStream.check(interval);
        if (!isAlive()) {
            throw new IllegalStateException(
                    "container " + written.info().id() + " has stopped: there is nothing to read");
        }
        return StatsStream.open(engine, stats, exit, consumer, interval);
    }

    String stopSignal() {
        return written.stopSignal();
    }

    Path directory() {
        return directory;
    }

    boolean isAlive() {
        return report().alive();
    }

    OptionalLong pid() {
        return written.isFromHere() ? report().pid() : OptionalLong.empty();
    }

    Optional<Cgroup> cgroup() {
        lock.lock();
        try {
            return cgroup;
        } finally {
            lock.unlock();
        }
    }

    CompletableFuture<Result> onExit() {
        return exit;
    }

    ContainerInfo now() {
        return now(linux, directory, written.with(latest()));
    }

    /** What it is doing now. */
    static ContainerInfo now(Linux linux, Path directory, DetachedNote written) {
        DetachedReport report = DetachedReport.read(linux, directory);
        ContainerInfo was = written.info();
        Optional<Result> result =
                report.alive()
                        ? Optional.empty()
                        : Optional.of(
                                new DetachedVerdict(was, report, Optional.empty(), false).result());
        return new ContainerInfo(
                was.id(),
                was.name(),
                was.root(),
                was.image(),
                was.command(),
                state(linux, report, written),
                result.map(r -> OptionalInt.of(r.exitCode())).orElse(OptionalInt.empty()),
                result.map(r -> DetachedVerdict.words(report, r)),
                was.created(),
                was.started(),
                report.finished(),
                report.alive() && written.isFromHere() ? report.pid() : OptionalLong.empty(),
                was.limits(),
                was.mounts(),
                was.labels(),
                true,
                was.owner());
    }

    private static ContainerState state(Linux linux, DetachedReport report, DetachedNote written) {
        if (!report.alive()) {
            return ContainerState.STOPPED;
        }
        return isFrozen(linux, written.cgroups()) ? ContainerState.PAUSED : ContainerState.RUNNING;
    }

    /** Whoever has frozen it. */
    static boolean isFrozen(Linux linux, List<String> cgroups) {
        return cgroups.stream().map(Path::of).anyMatch(group -> isFrozen(linux, group));
    }

    private static boolean isFrozen(Linux linux, Path group) {
        String v2 = read(linux, group.resolve("cgroup.freeze"));
        String v1 = read(linux, group.resolve("freezer.state"));
        return v2.equals("1") || v1.equals("FROZEN") || v1.equals("FREEZING");
    }

    private static String read(Linux linux, Path file) {
        return KernelFile.read(linux, Linux.AT_FDCWD, file.toString()).text().strip();
    }

    /** Has the init send a signal to the command. Returns 0 or −errno; 0 too when it has ended. */
    int signal(int signal) {
        String control = directory.resolve(DetachedFiles.CONTROL).toString();
        int flags = Linux.O_WRONLY | Linux.O_NONBLOCK | Linux.O_NOFOLLOW;
        int fd = linux.openat(Linux.AT_FDCWD, control, flags, 0);
        if (fd == -Errno.ENXIO || fd == -Errno.ENOENT) {
            return 0; // Nobody reads it any more.
        }
        if (fd < 0) {
            return fd;
        }
        int result = linux.write(fd, new byte[] {(byte) signal}, 0, 1);
        linux.close(fd);
        return result == -Errno.EPIPE ? 0 : Math.min(0, result);
    }

    /**
     * The kernel ends all in its PID namespace with the init. The pidfd is the init's whether the
     * report can be looked at or not.
     */
    void kill() {
        lock.lock();
        try {
            if (pidfd.isEmpty() || !pidfd.get().isOpen()) {
                return;
            }
            int result = linux.pidfdSendSignal(pidfd.get().number(), SIGKILL);
            if (result == 0) {
                killed = true;
                // What is frozen by v1 does not die of that alone.
                cgroup.ifPresent(Cgroup::kill);
            } else if (result != -Errno.ESRCH) {
                throw new SandboxSetupException(
                        "kill", Errno.name(-result), "the init of " + written.info().id(), "");
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            unwatch.run();
            pidfd.ifPresent(Fd::close);
            cgroup.ifPresent(Cgroup::forget);
            cgroup = Optional.empty();
        } finally {
            lock.unlock();
        }
        exit.completeExceptionally(
                new IllegalStateException(
                        "this handle of container " + written.info().id() + " is closed"));
    }
}
