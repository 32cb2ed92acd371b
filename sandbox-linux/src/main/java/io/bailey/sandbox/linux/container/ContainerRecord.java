package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.linux.container.state.ContainerDirectory;
import io.bailey.sandbox.linux.container.state.Owner;
import io.bailey.sandbox.linux.container.state.StoredContainer;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/** What is written down of a container of this JVM, from its making to its closing. */
final class ContainerRecord {
    private static final System.Logger LOG = System.getLogger(ContainerRecord.class.getName());

    private final Ledger ledger;
    private final ReentrantLock lock = new ReentrantLock();
    private final ContainerDirectory directory;
    private volatile StoredContainer now;
    private boolean removed;

    private ContainerRecord(Ledger ledger, StoredContainer first) {
        this.ledger = ledger;
        this.now = first;
        this.directory = ledger.create(first);
    }

    /**
     * Writes a new container down.
     *
     * @throws SandboxException if it cannot be; nothing is left then
     */
    static ContainerRecord create(
            Ledger ledger,
            LinuxContainer container,
            SandboxSpec spec,
            Command command,
            boolean detached) {
        String stopSignal =
                spec.rootfs() instanceof Image image ? image.config().stopSignal().orElse("") : "";
        return new ContainerRecord(
                ledger,
                new StoredContainer(
                        first(container, spec, command, detached),
                        Owner.self(),
                        OptionalLong.empty(),
                        List.of(),
                        VolumeMounts.names(spec),
                        more(spec, container.id(), detached ? stopSignal : "")));
    }

    private static Map<String, String> more(SandboxSpec spec, String id, String stopSignal) {
        Map<String, String> more = new HashMap<>(LeftLayer.more(spec, id));
        more.putAll(DetachedNote.more(stopSignal));
        return more;
    }

    /** What is known of a container that has just been made. */
    private static ContainerInfo first(
            LinuxContainer container, SandboxSpec spec, Command command, boolean detached) {
        return new ContainerInfo(
                container.id(),
                container.name(),
                root(spec.rootfs()),
                image(spec.rootfs()),
                command.args(),
                ContainerState.CREATED,
                OptionalInt.empty(),
                Optional.empty(),
                container.created(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                spec.limits(),
                spec.mounts().stream().map(ContainerRecord::words).toList(),
                spec.labels(),
                detached,
                Owner.self().pid());
    }

    static String root(Rootfs root) {
        return switch (root) {
            case Rootfs.Host() -> "host";
            case Rootfs.Directory(var path) -> path.toString();
            case Image image -> image.reference().toString();
        };
    }

    private static Optional<String> image(Rootfs root) {
        return root instanceof Image image
                ? Optional.of(
                        image.reference().name()
                                + image.reference().tag().map(tag -> ":" + tag).orElse("")
                                + "@"
                                + image.digest())
                : Optional.empty();
    }

    /** Without the content of files, which may be a secret. */
    static String words(Mount mount) {
        return switch (mount) {
            case Mount.Bind(var source, var target, var readOnly) ->
                    source + " on " + target + (readOnly ? ", read-only" : "");
            case Mount.Tmpfs(var target, var size) -> "tmpfs of " + size + " on " + target;
            case Mount.Volume(var name, var target) -> "volume " + name + " on " + target;
            case Mount.File file ->
                    "file of " + file.content().length + " bytes on " + file.target();
        };
    }

    /** Where it is written, and its log. */
    Path directory() {
        return directory.path();
    }

    ContainerInfo info() {
        return now.info();
    }

    /** What is written, for a detached one by whichever process was last to change it. */
    ContainerInfo reread() {
        lock.lock();
        try {
            if (!removed) {
                now = ledger.read(now.info().id()).orElse(now);
            }
            return now.info();
        } finally {
            lock.unlock();
        }
    }

    /** The container's directories in the cgroup trees, while it runs. */
    List<String> cgroups() {
        return now.cgroups();
    }

    /** What another process knows of a detached one. */
    DetachedNote note() {
        return DetachedNote.of(now);
    }

    /**
     * Its command runs. Whatever was written of an earlier life, this one has not ended.
     *
     * @throws SandboxException if that cannot be written
     */
    void started(Life life, Limits limits) {
        long pid = life.running().pid();
        OptionalLong pidStarted = Owner.started(ledger.linux(), pid);
        List<String> cgroups = life.running().sandbox().cgroup().paths();
        write(was ->
                new StoredContainer(
                        with(
                                was.info(),
                                ContainerState.RUNNING,
                                OptionalInt.empty(),
                                Optional.empty(),
                                Optional.of(life.started()),
                                Optional.empty(),
                                OptionalLong.of(pid),
                                limits),
                        was.owner(),
                        pidStarted,
                        cgroups,
                        was.volumes(),
                        was.more()));
    }

    /**
     * A container that outlives this JVM is about to be: where its cgroup may come to be, for
     * whoever finds this JVM dead before it is made, or in the middle of that.
     *
     * @throws SandboxException if that cannot be written
     */
    void placing(List<String> places) {
        write(was ->
                new StoredContainer(
                        was.info(),
                        was.owner(),
                        was.pidStarted(),
                        places,
                        was.volumes(),
                        was.more()));
    }

    /**
     * A container that outlives this JVM is about to be: its cgroup is made. From here on it counts
     * as running for all that find it; the rest its init tells.
     *
     * @throws SandboxException if that cannot be written
     */
    void placed(List<String> cgroups) {
        write(was ->
                new StoredContainer(
                        with(
                                was.info(),
                                ContainerState.RUNNING,
                                was.info().exitCode(),
                                was.info().termination(),
                                Optional.of(Instant.now()),
                                was.info().finished(),
                                was.info().pid(),
                                was.info().limits()),
                        was.owner(),
                        was.pidStarted(),
                        cgroups,
                        was.volumes(),
                        was.more()));
    }

    /** Of a container that outlives this JVM: the process that its init's number means. */
    void born(long pid) {
        OptionalLong pidStarted = Owner.started(ledger.linux(), pid);
        tryWrite(was ->
                was.info().state() == ContainerState.STOPPED
                        ? was
                        : new StoredContainer(
                                was.info(),
                                was.owner(),
                                pidStarted,
                                was.cgroups(),
                                was.volumes(),
                                was.more()));
    }

    /** It is frozen, or thawed, or limited anew. What cannot be written is logged: it is so. */
    void changed(ContainerState state, Limits limits) {
        tryWrite(mine -> {
            StoredContainer was = latest(mine);
            return was.info().state() == ContainerState.STOPPED
                    ? was
                    : was.with(with(was.info(), state, limits));
        });
    }

    /** It has ended. Its result is more than what is written of it. */
    void stopped(Optional<Result> result) {
        Instant finished = Instant.now();
        tryWrite(mine -> {
            StoredContainer was = latest(mine);
            return new StoredContainer(
                    with(
                            was.info(),
                            ContainerState.STOPPED,
                            result.map(r -> OptionalInt.of(r.exitCode()))
                                    .orElse(OptionalInt.empty()),
                            result.map(r -> r.termination().describe()),
                            was.info().started(),
                            Optional.of(finished),
                            OptionalLong.empty(),
                            was.info().limits()),
                    was.owner(),
                    OptionalLong.empty(),
                    List.of(),
                    was.volumes(),
                    was.more());
        });
    }

    /** The same with other limits. */
    static ContainerInfo with(ContainerInfo was, Limits limits) {
        return with(was, was.state(), limits);
    }

    private static ContainerInfo with(ContainerInfo was, ContainerState state, Limits limits) {
        return with(
                was,
                state,
                was.exitCode(),
                was.termination(),
                was.started(),
                was.finished(),
                was.pid(),
                limits);
    }

    /** Of a detached one other processes write too. Under the lock. */
    private StoredContainer latest(StoredContainer mine) {
        return mine.info().detached() && !removed
                ? ledger.read(mine.info().id()).orElse(mine)
                : mine;
    }

    private static ContainerInfo with(
            ContainerInfo was,
            ContainerState state,
            OptionalInt exitCode,
            Optional<String> termination,
            Optional<Instant> started,
            Optional<Instant> finished,
            OptionalLong pid,
            Limits limits) {
        return new ContainerInfo(
                was.id(),
                was.name(),
                was.root(),
                was.image(),
                was.command(),
                state,
                exitCode,
                termination,
                was.created(),
                started,
                finished,
                pid,
                limits,
                was.mounts(),
                was.labels(),
                was.detached(),
                was.owner());
    }

    /** What cannot be written is so all the same. */
    private void tryWrite(UnaryOperator<StoredContainer> change) {
        lock.lock();
        try {
            StoredContainer next = change.apply(now);
            try {
                store(next);
            } catch (SandboxException failed) {
                LOG.log(
                        Level.WARNING,
                        "what is listed of container " + next.info().id() + " is old",
                        failed);
                now = next;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Two that change it do so one after the other, or one's change would be lost. */
    private void write(UnaryOperator<StoredContainer> change) {
        lock.lock();
        try {
            store(change.apply(now));
        } finally {
            lock.unlock();
        }
    }

    private void store(StoredContainer next) {
        if (!removed && !next.equals(now)) {
            directory.write(next);
        }
        now = next;
    }

    /** Nothing of it is to be found any more. May be called again, to no effect. */
    void remove(LinuxContainer container) {
        lock.lock();
        try {
            if (removed) {
                return;
            }
            removed = true;
        } finally {
            lock.unlock();
        }
        ledger.forget(container);
        directory.remove();
    }
}
