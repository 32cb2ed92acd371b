package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Finding;
import io.bailey.sandbox.HostReport;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.host.Doctor;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.Launcher;
import io.bailey.sandbox.linux.mount.HostTrees;
import io.bailey.sandbox.linux.plan.Walls;
import io.bailey.sandbox.linux.sys.FdTable;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.NativeAccess;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.locks.ReentrantLock;

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
    private final Filters filters = new Filters();
    private final ScheduledThreadPoolExecutor timers;

    private Engine(Linux linux) {
        this.linux = linux;
        this.facts = HostFacts.probe(linux);
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
                        .start(() -> FdTable.grow(linux));
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
    private static void requireNativeAccess() {
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
        return create(spec, WallSurvey.of(facts, spec, filters));
    }

    private LinuxSandbox create(SandboxSpec spec, Walls walls) {
        return new LinuxSandbox(this, spec, Preflight.check(this, spec), walls, notice -> {});
    }

    /** Runs {@code command} and tells which system calls it made. */
    public SeccompProfile.Rules record(SandboxSpec spec, Command command)
            throws InterruptedException {
        Recording recording = new Recording();
        Walls walls = WallSurvey.recording(facts, spec);
        try (Sandbox sandbox =
                new LinuxSandbox(this, spec, Preflight.check(this, spec), walls, recording::add)) {
            sandbox.run(command).orThrow();
        }
        return recording.profile();
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
