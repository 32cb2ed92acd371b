package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Finding;
import io.bailey.sandbox.HostReport;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.container.state.VolumeDirectory;
import io.bailey.sandbox.linux.host.Doctor;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.image.Claim;
import io.bailey.sandbox.linux.image.ImageFiles;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.Launcher;
import io.bailey.sandbox.linux.launch.SystemCallNotice;
import io.bailey.sandbox.linux.mount.HostTrees;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.plan.Walls;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FdTable;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.NativeAccess;
import io.bailey.sandbox.linux.sys.Stat;
import io.bailey.sandbox.spi.ContainerStore;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What all sandboxes of this JVM share: found out once, when the first is built. */
public final class Engine {
    private static final ReentrantLock STARTING = new ReentrantLock();
    private static volatile @Nullable Engine shared;

    private final Linux linux;
    private final HostFacts facts;
    private final int cpus = possibleCpus();
    private final Cgroups cgroups;
    private final Launcher launcher;
    private final HostTrees trees;
    private final Identities identities;
    private final DeviceTrees devices;
    private volatile @Nullable ImageRoots images;
    private final Filters filters = new Filters();
    private final ScheduledThreadPoolExecutor timers;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable Ledger ledger;

    private Engine(Linux linux) {
        this(linux, HostFacts.probe(linux));
    }

    /**
     * @param facts in tests, those of another kernel: what it can do besides is not needed then
     */
    Engine(Linux linux, HostFacts facts) {
        this.linux = linux;
        this.facts = facts;
        this.cgroups = Cgroups.discover(linux);
        this.launcher = new Launcher(linux);
        this.trees = new HostTrees(linux);
        this.identities = new Identities(linux, facts, launcher);
        this.devices = new DeviceTrees(linux, trees, facts);
        this.timers =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name("bailey-timer").daemon(true).factory());
        timers.setRemoveOnCancelPolicy(true);
    }

    /** Made with the first image: the cache beneath takes a fresh JVM some 25 ms to load. */
    private ImageRoots images() {
        ImageRoots known = images;
        if (known != null) {
            return known;
        }
        opening.lock();
        try {
            ImageRoots made = images;
            if (made == null) {
                made = new ImageRoots(linux, trees);
                images = made;
            }
            return made;
        } finally {
            opening.unlock();
        }
    }

    /** No class initializer: one that fails, for lack of a descriptor, say, fails for ever. */
    private static Engine start() {
        Engine known = shared;
        if (known != null) {
            return known;
        }
        STARTING.lock();
        try {
            if (shared == null) {
                Linux linux = Linux.host();
                Engine engine = new Engine(linux);
                // Beside the first start, not before it: growing waits for an RCU grace period.
                Thread.ofPlatform()
                        .name("bailey-fd-table")
                        .daemon(true)
                        .start(() -> {
                            FdTable.grow(linux);
                            // What JVMs have left that were killed.
                            var _ = engine.cgroups().sweep();
                        });
                shared = engine;
            }
            return shared;
        } catch (LaunchException failure) {
            throw Failures.of(failure);
        } finally {
            STARTING.unlock();
        }
    }

    /** The one engine of this JVM. */
    public static Engine shared() {
        requireNativeAccess();
        return start();
    }

    /**
     * Asked each time, before anything is initialized: a class whose initializer failed would never
     * say why again.
     */
    public static void requireNativeAccess() {
        if (!NativeAccess.granted()) {
            throw new SandboxUnavailableException(
                    List.of(
                            new Finding(
                                    "native access",
                                    Finding.Status.MISSING,
                                    NativeAccess.refusal(),
                                    "start java with " + NativeAccess.flag())));
        }
    }

    /** Moves this JVM into a cgroup below its own. */
    public static boolean enterLeafCgroup() {
        requireNativeAccess();
        return Cgroups.discover(Linux.host()).enterLeaf();
    }

    /** What works here. */
    public static HostReport doctor() {
        if (!NativeAccess.granted()) {
            return new HostReport(
                    List.of(
                            new Finding(
                                    "native access",
                                    Finding.Status.MISSING,
                                    NativeAccess.refusal(),
                                    "start java with " + NativeAccess.flag())));
        }
        Linux linux = Linux.host();
        return Doctor.examine(linux, HostFacts.probe(linux), Cgroups.discover(linux));
    }

    /** Checks {@code spec} against this host. */
    public Sandbox create(SandboxSpec spec) {
        return create(spec, WallSurvey.of(facts, spec, filters), notice -> {});
    }

    private LinuxSandbox create(SandboxSpec spec, Walls walls, Consumer<SystemCallNotice> onCall) {
        SandboxSpec whole = withVolumes(ImageDefaults.of(spec));
        Preflight preflight = Preflight.check(this, whole);
        try {
            return new LinuxSandbox(this, spec, whole, preflight, walls, onCall);
        } catch (RuntimeException failure) {
            preflight.root().release();
            throw failure;
        }
    }

    private SandboxSpec withVolumes(SandboxSpec spec) {
        return spec.mounts().isEmpty() ? spec : VolumeMounts.asBinds(spec, volumes());
    }

    /** The same sandbox once more, for a container that outlives the one it was made by. */
    LinuxSandbox remake(SandboxSpec spec) {
        return create(spec, WallSurvey.of(facts, spec, filters), notice -> {});
    }

    /** Runs {@code command} and tells which system calls it made. */
    public SeccompProfile.Rules record(SandboxSpec spec, Command command)
            throws InterruptedException {
        Recording recording = new Recording();
        Walls walls = WallSurvey.recording(facts, spec);
        try (Sandbox sandbox = create(spec, walls, recording::add)) {
            sandbox.run(command).orThrow();
        }
        return recording.profile();
    }

    /**
     * Whether a sandbox's mount namespace is made anew, not copied: Linux 7.0, where every tree is
     * handed over by descriptor and the host's root is left for good.
     */
    boolean freshMounts(SandboxSpec spec) {
        return facts.kernel().atLeast(7, 0)
                && facts.privileged()
                && devices.available()
                && spec.namespaces().contains(Namespace.MOUNT)
                && spec.rootChange() == RootChange.PIVOT_ROOT;
    }

    /** The user namespace whose map a sandbox's trees are seen through. */
    OptionalInt userns(SandboxSpec spec) {
        return spec.namespaces().contains(Namespace.USER) && identities.isRange(spec.idMap())
                ? identities.rangeNamespace()
                : OptionalInt.empty();
    }

    /**
     * Where the root of {@code spec} comes from. To be released.
     *
     * @throws SandboxConfigException if it is not there
     */
    RootTree rootOf(SandboxSpec spec, HostSources sources) {
        return switch (spec.rootfs()) {
            case Rootfs.Host() -> new RootTree.AtPath(new TreeSource.HostPath("/"));
            case Rootfs.Directory(var path) -> {
                requireDirectory(path);
                yield new RootTree.AtPath(sources.way(path));
            }
            case Image image when facts.privileged() ->
                    new RootTree.Mounted(images().of(image, userns(spec)));
            case Image image -> {
                Claim claim = ImageFiles.claim(linux, image);
                yield new RootTree.AtPath(
                        new TreeSource.HostPath(claim.flat().toString()), claim::close);
            }
        };
    }

    private void requireDirectory(Path path) {
        Stat stat = linux.stat(Linux.AT_FDCWD, path.toString(), 0);
        if (stat.result() < 0) {
            throw new SandboxConfigException(
                    "rootfs "
                            + path
                            + " cannot be used: "
                            + Errno.name(-stat.result())
                            + "; it must be a directory this process can reach");
        }
        if (!stat.isDirectory()) {
            throw new SandboxConfigException("rootfs " + path + " is not a directory");
        }
    }

    Linux linux() {
        return linux;
    }

    /** How many processors the machine may have: not those that this JVM is allowed to use. */
    int cpus() {
        return cpus;
    }

    /** The last number of a list such as "0-7", cputopology.rst. */
    private static int possibleCpus() {
        try {
            String list = Files.readString(Path.of("/sys/devices/system/cpu/possible")).strip();
            return 1
                    + Integer.parseInt(
                            list.substring(
                                    1 + Math.max(list.lastIndexOf('-'), list.lastIndexOf(','))));
        } catch (IOException | NumberFormatException unreadable) {
            return Runtime.getRuntime().availableProcessors();
        }
    }

    HostFacts facts() {
        return facts;
    }

    /**
     * The containers of this JVM, and what is written down of others'. Not before somebody asks: a
     * run is no container.
     */
    Ledger ledger() {
        Ledger known = ledger;
        if (known != null) {
            return known;
        }
        opening.lock();
        try {
            known = ledger;
            if (known == null) {
                known = new Ledger(this);
                ledger = known;
            }
            return known;
        } finally {
            opening.unlock();
        }
    }

    VolumeDirectory volumes() {
        return new VolumeDirectory(linux, VolumeDirectory.place(linux));
    }

    /** What is known of containers and volumes beyond this JVM. */
    public ContainerStore containers() {
        return new LinuxContainerStore(ledger(), volumes());
    }

    Cgroups cgroups() {
        return cgroups;
    }

    Launcher launcher() {
        return launcher;
    }

    HostTrees trees() {
        return trees;
    }

    Identities identities() {
        return identities;
    }

    DeviceTrees devices() {
        return devices;
    }

    ScheduledThreadPoolExecutor timers() {
        return timers;
    }
}
