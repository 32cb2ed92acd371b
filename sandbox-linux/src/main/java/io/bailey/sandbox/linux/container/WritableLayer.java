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
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Linux;

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

    private final Linux linux;
    private final Optional<Fd> mount;
    private final Optional<DiskDirectory> disk;
    private final boolean kept;

    private WritableLayer(
            Linux linux, Optional<Fd> mount, Optional<DiskDirectory> disk, boolean kept) {
        this.linux = linux;
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
                        && (privileged || spec.writableLayer().isPresent())
                        && spec.rootfs() instanceof Image
                        && spec.writableRoot() == WritableRoot.OVERLAY;
        if (!preflight.overlay() || (!kept && spec.writableLayer().isEmpty())) {
            return Optional.empty();
        }
        Optional<DiskDirectory> disk =
                spec.writableLayer().map(in -> DiskDirectory.make(engine.linux(), in, id));
        try {
            Optional<Fd> mount =
                    privileged ? Optional.of(mount(engine, spec, disk)) : Optional.empty();
            return Optional.of(new WritableLayer(engine.linux(), mount, disk, kept));
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

    /** Adds what is handed over. */
    void bind(Map<Binding, Integer> numbers) {
        mount.ifPresent(fd -> numbers.put(BINDING, fd.number()));
    }

    /** Writes what is in it as a layer of an image. */
    UpperLayer.Written write(Optional<IdMaps> maps, FileChannel into, ImageLimits limits) {
        UpperLayer.Ids ids =
                maps.map(m -> new UpperLayer.Ids(m::sandboxUid, m::sandboxGid))
                        .orElseGet(UpperLayer.Ids::same);
        UpperLayer.Notes notes =
                maps.isPresent() ? UpperLayer.Notes.USER : UpperLayer.Notes.TRUSTED;
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
        int upper =
                mount.map(fd -> linux.openat(fd.number(), UPPER, flags, 0))
                        .orElseGet(() -> disk.orElseThrow().open(UPPER, flags));
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

    @Override
    public void close() {
        mount.ifPresent(Fd::close);
        disk.ifPresent(DiskDirectory::close);
    }
}
