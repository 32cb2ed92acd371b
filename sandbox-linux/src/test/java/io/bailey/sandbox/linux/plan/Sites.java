package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.mount.TreeSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Sites made by hand: what the survey would find for a spec on an imagined host. */
final class Sites {
    static final Site.RunAs ROOT = new Site.RunAs(0, 0, List.of(), "/root");

    private boolean privileged = true;
    private boolean range = true;
    private boolean devices = true;
    private int cgroupFds;
    private boolean cgroupDirectory;
    private Site.RunAs runAs = ROOT;
    private List<String> create = List.of();
    private int lastCapability = 40;
    private Walls walls = new Walls(0, Optional.empty(), OptionalInt.of(7));
    private boolean timeOnExec = true;
    private boolean announceExec;
    private int cpus = 2;
    private boolean freshMounts;

    /** A JVM run by root: mounts come by descriptor, a range of ids is mapped. */
    static Sites rootful() {
        return new Sites();
    }

    /** A JVM of an ordinary user: mounts are made from paths by the child, one id is mapped. */
    static Sites rootless() {
        return new Sites().privileged(false).range(false).devices(false);
    }

    Sites privileged(boolean is) {
        privileged = is;
        return this;
    }

    Sites range(boolean mapped) {
        range = mapped;
        return this;
    }

    /** Whether there is a prepared /dev. */
    Sites devices(boolean prepared) {
        devices = prepared;
        return this;
    }

    Sites v1(int fds) {
        cgroupFds = fds;
        return this;
    }

    Sites v2(boolean is) {
        cgroupDirectory = is;
        return this;
    }

    Sites as(Site.RunAs user) {
        runAs = user;
        return this;
    }

    /** Mount points that the root lacks. */
    Sites creating(List<String> paths) {
        create = paths;
        return this;
    }

    Sites lastCapability(int last) {
        lastCapability = last;
        return this;
    }

    Sites walls(Walls around) {
        walls = around;
        return this;
    }

    Sites timeOnExec(boolean is) {
        timeOnExec = is;
        return this;
    }

    Sites announceExec(boolean is) {
        announceExec = is;
        return this;
    }

    /** Whether the kernel makes a mount namespace of one tree. */
    Sites freshMounts(boolean is) {
        freshMounts = is;
        return this;
    }

    Sites cpus(int count) {
        cpus = count;
        return this;
    }

    /** A bare command has no init to listen, and capabilities are the spec's. */
    private Walls walls(SandboxSpec spec) {
        long bits = spec.security().capabilities().stream().mapToLong(c -> 1L << c.number()).sum();
        return new Walls(
                bits,
                walls.seccomp()
                        .map(filter ->
                                spec.init()
                                        ? filter
                                        : new Walls.Seccomp(filter.filter(), Walls.Watch.NOTHING)),
                walls.landlockAbi());
    }

    Site of(SandboxSpec spec) {
        return new Site(
                identity(spec),
                runAs,
                root(spec),
                trees(spec),
                mounts(spec),
                devices(spec),
                cgroupFds,
                cgroupDirectory,
                lastCapability,
                walls(spec),
                timeOnExec,
                announceExec,
                cpus,
                hasFreshMounts(spec));
    }

    private boolean hasFreshMounts(SandboxSpec spec) {
        return freshMounts
                && privileged
                && devices
                && spec.namespaces().contains(Namespace.MOUNT)
                && spec.rootChange() == RootChange.PIVOT_ROOT;
    }

    private Site.Identity identity(SandboxSpec spec) {
        boolean userNamespace = spec.namespaces().contains(Namespace.USER);
        boolean many = range || !userNamespace;
        return new Site.Identity(
                userNamespace,
                many ? 0 : runAs.uid(),
                many ? 0 : runAs.gid(),
                privileged || many,
                many,
                true);
    }

    private TreeSource tree(String place, String path) {
        return privileged
                ? new TreeSource.Detached(Bindings.tree(place))
                : new TreeSource.HostPath(path);
    }

    private Optional<Site.RootSite> root(SandboxSpec spec) {
        if (!spec.namespaces().contains(Namespace.MOUNT)) {
            return Optional.empty();
        }
        boolean host = spec.rootfs() instanceof Rootfs.Host;
        String path = spec.rootfs() instanceof Rootfs.Directory(var it) ? it.toString() : "/";
        return Optional.of(
                new Site.RootSite(
                        tree("/", path),
                        // The host's own tree needs one to make mount points in, even when it ends
                        // read-only.
                        spec.writableRoot() == WritableRoot.OVERLAY || !create.isEmpty(),
                        spec.writableRoot() == WritableRoot.READ_ONLY,
                        host ? List.of("/tmp", "/run") : List.of("/tmp"),
                        create,
                        List.of(),
                        io.bailey.sandbox.linux.mount.RootDirectory.USUAL,
                        io.bailey.sandbox.linux.mount.Scratch.Layers.BY_FD,
                        Optional.empty()));
    }

    private Site.Trees trees(SandboxSpec spec) {
        if (!spec.namespaces().contains(Namespace.MOUNT)) {
            return new Site.Trees(Optional.empty(), Optional.empty(), Optional.empty());
        }
        return new Site.Trees(
                devices
                        ? Optional.of(new TreeSource.Detached(Bindings.tree("/dev")))
                        : Optional.empty(),
                spec.namespaces().contains(Namespace.NETWORK)
                        ? Optional.empty()
                        : Optional.of(tree("/sys", "/sys")),
                spec.namespaces().contains(Namespace.PID)
                        ? Optional.empty()
                        : Optional.of(tree("/proc", "/proc")));
    }

    private List<Site.DeviceSite> devices(SandboxSpec spec) {
        return spec.security().devices().stream()
                .map(device ->
                        new Site.DeviceSite(
                                device, tree(device.target(), device.source().toString())))
                .toList();
    }

    private List<Site.MountSite> mounts(SandboxSpec spec) {
        List<Site.MountSite> sites = new ArrayList<>();
        for (int i = 0; i < spec.mounts().size(); i++) {
            Mount mount = spec.mounts().get(i);
            Optional<TreeSource> source =
                    mount instanceof Mount.Bind bind && spec.namespaces().contains(Namespace.MOUNT)
                            ? Optional.of(tree("mount" + i, bind.source().toString()))
                            : Optional.empty();
            sites.add(new Site.MountSite(mount, source, !(mount instanceof Mount.File)));
        }
        return sites;
    }
}
