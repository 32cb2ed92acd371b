package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.archive.UpperLayer;
import io.bailey.sandbox.linux.launch.IdMaps;
import io.bailey.sandbox.linux.mount.HostTrees;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.plan.Bindings;
import io.bailey.sandbox.linux.plan.RootSteps;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.sys.DirectoryReader;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;
import io.bailey.sandbox.linux.sys.TreeRemoval;

import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The thin writable layer of one container, where it is the JVM that makes it: because it lies on a
 * disk, or because it is to be looked into when the container has stopped. Otherwise the sandbox
 * makes its own, and it goes with the sandbox.
 */
final class WritableLayer implements AutoCloseable {
    private static final Binding BINDING = Bindings.tree("writable layer");
    private static final String UPPER = "upper";
    private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY;

    private final Linux linux;
    private final HostTrees trees;
    private final OptionalInt userns;
    private final Optional<Fd> mount;
    private final Optional<DiskDirectory> disk;
    private final boolean kept;
    private boolean used;

    private WritableLayer(
            Linux linux,
            HostTrees trees,
            OptionalInt userns,
            Optional<Fd> mount,
            Optional<DiskDirectory> disk,
            boolean kept) {
        this.linux = linux;
        this.trees = trees;
        this.userns = userns;
        this.mount = mount;
        this.disk = disk;
        this.kept = kept;
    }

    /**
     * @param container whether there will be a handle on the container, to commit it by
     */
    static Optional<WritableLayer> open(
            Engine engine, SandboxSpec spec, Preflight preflight, boolean container, String id) {
        boolean privileged = engine.facts().privileged();
        boolean kept =
                container
                        && (spec.writableLayer().isPresent()
                                || (privileged && spec.rootfs() instanceof Image))
                        && spec.writableRoot() == WritableRoot.OVERLAY;
        if (!preflight.overlay() || (!kept && spec.writableLayer().isEmpty())) {
            return Optional.empty();
        }
        Optional<DiskDirectory> disk =
                spec.writableLayer().map(in -> DiskDirectory.make(engine.linux(), in, id));
        try {
            Optional<Fd> mount =
                    privileged ? Optional.of(mount(engine, spec, disk)) : Optional.empty();
            return Optional.of(
                    new WritableLayer(
                            engine.linux(),
                            engine.trees(),
                            privileged ? engine.userns(spec) : OptionalInt.empty(),
                            mount,
                            disk,
                            kept));
        } catch (RuntimeException failure) {
            disk.ifPresent(DiskDirectory::close);
            throw failure;
        }
    }

    private static Fd mount(Engine engine, SandboxSpec spec, Optional<DiskDirectory> disk) {
        OptionalInt userns = engine.userns(spec);
        HostTrees.Attempt made =
                disk.map(directory -> engine.trees().writable(directory.path(), userns))
                        .orElseGet(
                                () -> engine.trees().scratch(RootSteps.scratchBytes(spec), userns));
        if (made.failed()) {
            throw new SandboxSetupException(
                    made.step(),
                    Errno.name(-made.result()),
                    disk.map(DiskDirectory::path).orElse("tmpfs"),
                    Advice.forLaunch(made.step(), -made.result()));
        }
        return engine.linux().own(made.result());
    }

    /** Where the plan finds it. */
    TreeSource source() {
        return mount.<TreeSource>map(fd -> new TreeSource.Detached(BINDING))
                .orElseGet(() -> new TreeSource.HostPath(disk.orElseThrow().path()));
    }

    /**
     * Begins a life on it: the mount that is handed over, where it is mounted here. What an earlier
     * life needed for itself is removed, and with it overlayfs's mark that the file system was not
     * waited for ("Volatile mount", overlayfs.rst): that is for a machine that went down, and this
     * JVM has seen that life end.
     */
    Optional<Fd> begin() {
        if (used) {
            removeAllBut(UPPER);
        }
        Optional<Fd> fresh = mount.map(this::cloned);
        used = true;
        return fresh;
    }

    /**
     * The mount goes with the life that it is handed to, so that gets another of the same files.
     */
    private Fd cloned(Fd mine) {
        HostTrees.Attempt clone =
                kept
                        ? disk.map(directory -> trees.writable(directory.path(), userns))
                                .orElseGet(() -> trees.cloneOf(mine))
                        : sameAs(mine);
        if (clone.result() == -Errno.EINVAL && !used) {
            // Before Linux 6.15 a detached mount cannot be cloned: there is one life.
            clone = sameAs(mine);
        }
        if (clone.failed()) {
            throw new SandboxSetupException(
                    "mount the writable layer again",
                    Errno.name(-clone.result()),
                    toString(),
                    clone.result() == -Errno.EINVAL
                            ? "that takes Linux 6.15; commit the container and start the image"
                            : Advice.forLaunch(clone.step(), -clone.result()));
        }
        return linux.own(clone.result());
    }

    private HostTrees.Attempt sameAs(Fd mine) {
        return new HostTrees.Attempt(
                linux.fcntl(mine.number(), Linux.F_DUPFD_CLOEXEC, 3), "duplicate");
    }

    private void removeAllBut(String name) {
        int fd =
                disk.map(directory -> directory.open(".", DIRECTORY))
                        .orElseGet(() ->
                                linux.openat(mount.orElseThrow().number(), ".", DIRECTORY, 0));
        int result = fd;
        if (fd >= 0) {
            DirectoryReader.Names all = DirectoryReader.names(linux, fd, ".");
            result = all.result();
            for (String one : all.names()) {
                if (!one.equals(name)) {
                    result = Math.min(result, TreeRemoval.remove(linux, fd, one).result());
                }
            }
            linux.close(fd);
        }
        if (result < 0) {
            throw new SandboxSetupException(
                    "clear what the last life has left in the writable layer",
                    Errno.name(-result),
                    toString(),
                    Shortage.or(-result, "close this container and start another"));
        }
    }

    /** Adds what is handed over. */
    static void bind(Fd life, Map<Binding, Integer> numbers) {
        numbers.put(BINDING, life.number());
    }

    /** The same, to be thrown away with the life that has begun on it. */
    WritableLayer forOneLife() {
        WritableLayer same = new WritableLayer(linux, trees, userns, mount, disk, false);
        same.used = used;
        return same;
    }

    /** What keeps it from those who sweep, for who outlives this JVM. */
    Optional<Integer> lock() {
        return disk.map(DiskDirectory::lock);
    }

    /** Writes what is in it as a layer of an image. */
    UpperLayer.Written write(Optional<IdMaps> maps, FileChannel into, ImageLimits limits) {
        UpperLayer.Ids ids =
                maps.map(m -> new UpperLayer.Ids(m::sandboxUid, m::sandboxGid))
                        .orElseGet(UpperLayer.Ids::same);
        UpperLayer.Notes notes =
                maps.isPresent() ? UpperLayer.Notes.USER : UpperLayer.Notes.TRUSTED;
        int upper =
                mount.map(fd -> linux.openat(fd.number(), UPPER, DIRECTORY, 0))
                        .orElseGet(() -> disk.orElseThrow().open(UPPER, DIRECTORY));
        if (upper < 0) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED,
                    "open the writable layer",
                    "",
                    Errno.name(-upper),
                    "");
        }
        try (FileCalls calls = FileCalls.open()) {
            return UpperLayer.write(
                    calls,
                    upper,
                    new UpperLayer.Options(notes, ids, UpperLayer.Form.PLAIN, limits),
                    into);
        } finally {
            linux.close(upper);
        }
    }

    /** Whether it can be looked into. */
    boolean isKept() {
        return kept
                && mount.map(Fd::isOpen)
                        .orElseGet(() -> disk.map(DiskDirectory::isOpen).orElse(false));
    }

    /** The container has stopped. */
    void ended() {
        if (!kept) {
            close();
        }
    }

    /** The container outlives this JVM: its layer is its own. */
    void letGo() {
        mount.ifPresent(Fd::close);
        disk.ifPresent(DiskDirectory::letGo);
    }

    @Override
    public void close() {
        mount.ifPresent(Fd::close);
        disk.ifPresent(DiskDirectory::close);
    }

    @Override
    public String toString() {
        return disk.map(DiskDirectory::path).orElse("tmpfs");
    }
}
