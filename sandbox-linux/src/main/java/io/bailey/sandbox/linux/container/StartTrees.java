package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Device;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.mount.HostTrees;
import io.bailey.sandbox.linux.mount.MountFlags;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.plan.Bindings;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Stat;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The detached trees that a privileged JVM makes for one start. Closed when the child has its
 * copies.
 */
final class StartTrees implements AutoCloseable {
    private final Engine engine;
    private final Map<Binding, Fd> trees = new HashMap<>();

    private StartTrees(Engine engine) {
        this.engine = engine;
    }

    static StartTrees open(Engine engine, SandboxSpec spec, Preflight preflight) {
        StartTrees trees = new StartTrees(engine);
        if (engine.facts().privileged() && spec.namespaces().contains(Namespace.MOUNT)) {
            try {
                trees.fill(spec, preflight);
            } catch (RuntimeException failure) {
                trees.close();
                throw failure;
            }
        }
        return trees;
    }

    private void fill(SandboxSpec spec, Preflight preflight) {
        OptionalInt userns = engine.userns(spec);
        // The host's own tree is not idmapped: its root's files must not become the sandbox root's.
        boolean host = spec.rootfs() instanceof Rootfs.Host;
        boolean readOnly = preflight.overlay() || spec.writableRoot() != WritableRoot.DIRECT;
        MountFlags flags = readOnly ? MountFlags.READ_ONLY : MountFlags.WRITABLE;
        put(
                "/",
                preflight.root().toString(),
                switch (preflight.root()) {
                    case RootTree.Mounted mounted -> mounted.image().forOne();
                    case RootTree.AtPath at ->
                            engine.trees()
                                    .clone(
                                            at.path(),
                                            true,
                                            flags,
                                            host ? OptionalInt.empty() : userns);
                });
        if (engine.devices().available()) {
            put("/dev", "/dev", engine.devices().forOne(userns, preflight.devices().names()));
        }
        preflight.devices().nodes().forEach(this::device);
        if (engine.freshMounts(spec)) {
            host("visible /sys", "/sys", MountFlags.READ_ONLY_DATA);
        }
        if (!spec.namespaces().contains(Namespace.NETWORK)) {
            host("/sys", "/sys", MountFlags.READ_ONLY_DATA);
        }
        if (!spec.namespaces().contains(Namespace.PID)) {
            host("/proc", "/proc", MountFlags.DATA);
        }
        for (int i = 0; i < spec.mounts().size(); i++) {
            if (spec.mounts().get(i) instanceof Mount.Bind bind) {
                MountFlags how = bind.readOnly() ? MountFlags.READ_ONLY : MountFlags.WRITABLE;
                TreeSource.HostPath source = preflight.source(bind);
                put(
                        SiteSurvey.mountBinding(i),
                        source.toString(),
                        engine.trees().clone(source, true, how, userns));
            }
        }
    }

    private void host(String place, String path, MountFlags flags) {
        put(
                place,
                path,
                engine.trees()
                        .clone(new TreeSource.HostPath(path), false, flags, OptionalInt.empty()));
    }

    private void device(Device device, Stat node) {
        String source = device.source().toString();
        put(
                device.target(),
                source,
                engine.trees().device(source, node, MountFlags.READ_ONLY_DEVICES));
    }

    private void put(String place, String object, HostTrees.Attempt attempt) {
        if (attempt.failed()) {
            int errno = -attempt.result();
            throw new SandboxSetupException(
                    attempt.step(),
                    Errno.name(errno),
                    object,
                    Advice.forLaunch(attempt.step(), errno));
        }
        trees.put(Bindings.tree(place), engine.linux().own(attempt.result()));
    }

    Map<Binding, Integer> numbers() {
        Map<Binding, Integer> numbers = new HashMap<>();
        trees.forEach((binding, fd) -> numbers.put(binding, fd.number()));
        return numbers;
    }

    @Override
    public void close() {
        trees.values().forEach(Fd::close);
    }
}
