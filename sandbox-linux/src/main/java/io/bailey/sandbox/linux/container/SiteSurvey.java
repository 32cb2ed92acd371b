package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Device;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.User;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.host.KernelVersion;
import io.bailey.sandbox.linux.launch.IdMaps;
import io.bailey.sandbox.linux.mount.RootDirectory;
import io.bailey.sandbox.linux.mount.Scratch;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.plan.Bindings;
import io.bailey.sandbox.linux.plan.Site;
import io.bailey.sandbox.linux.plan.Walls;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;
import io.bailey.sandbox.linux.sys.Stat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns a preflight into the site of one start: pure bookkeeping, but for the look-up of a user in
 * the root's files.
 */
final class SiteSurvey {
    private static final KernelVersion TIME_ON_EXEC = new KernelVersion(6, 3, 0);
    private static final int TTY_GROUP = 5;

    private final Engine engine;
    private final SandboxSpec spec;
    private final Preflight preflight;
    private final Walls walls;
    private final boolean byFd;

    SiteSurvey(Engine engine, SandboxSpec spec, Preflight preflight, Walls walls) {
        this.walls = walls;
        this.engine = engine;
        this.spec = spec;
        this.preflight = preflight;
        this.byFd = engine.facts().privileged();
    }

    /** Who the command is, and how its ids are mapped. */
    record Who(Site.RunAs runAs, Optional<IdMaps> maps) {}

    Who who(Command command) {
        Optional<User> user = command.runAs().or(spec::user);
        if (spec.security().isolation() == Isolation.UNPRIVILEGED) {
            requireOneUser(command);
            return new Who(
                    lookUp(accounts -> engine.identities().onTheHost(user, accounts)),
                    Optional.empty());
        }
        Site.RunAs runAs = lookUp(accounts -> accounts.resolve(user));
        Optional<IdMaps> maps =
                spec.namespaces().contains(Namespace.USER)
                        ? engine.identities().maps(spec.idMap(), runAs.uid(), runAs.gid())
                        : Optional.empty();
        return among(runAs, maps);
    }

    /**
     * Who a further command is in a sandbox that was started as {@code first}: the same, unless it
     * says otherwise. The ids are mapped already.
     */
    Who who(Command further, Who first) {
        if (spec.security().isolation() == Isolation.UNPRIVILEGED) {
            requireOneUser(further);
            return first;
        }
        return further.runAs()
                .map(user ->
                        among(
                                lookUp(accounts -> accounts.resolve(Optional.of(user))),
                                first.maps()))
                .orElse(first);
    }

    private static Who among(Site.RunAs runAs, Optional<IdMaps> maps) {
        maps.ifPresent(m -> Identities.requireMapped(m, runAs.uid(), runAs.gid()));
        return new Who(mappedGroups(runAs, maps), maps);
    }

    private Site.RunAs lookUp(Function<Accounts, Site.RunAs> who) {
        Linux linux = engine.linux();
        int root = preflight.root().open(engine.trees());
        if (root < 0) {
            throw new SandboxSetupException(
                    "open the root",
                    Errno.name(-root),
                    preflight.root().toString(),
                    root == -Errno.ELOOP
                            ? Advice.forLaunch("open the root", -root)
                            : Shortage.or(-root, "it was there when the sandbox was built"));
        }
        try {
            return who.apply(new Accounts(linux, root));
        } finally {
            linux.close(root);
        }
    }

    /** What the filter refuses depends on whether the user has files of its own. */
    private void requireOneUser(Command command) {
        if (command.runAs().isPresent() && !command.runAs().equals(spec.user())) {
            throw new SandboxConfigException(
                    "user: "
                            + command.runAs().get()
                            + " of the command is not that of the sandbox, which isolation UNPRIVILEGED was"
                            + " made for; set it there: Sandbox.builder().user(...)");
        }
    }

    /**
     * A supplementary group that the map leaves out cannot be had; dropping it takes access away,
     * never gives any.
     */
    private static Site.RunAs mappedGroups(Site.RunAs runAs, Optional<IdMaps> maps) {
        List<Integer> groups =
                runAs.groups().stream()
                        .filter(group -> maps.map(m -> m.hostGid(group) != -1).orElse(true))
                        .toList();
        return new Site.RunAs(runAs.uid(), runAs.gid(), groups, runAs.home());
    }

    /** The site of a further command in a sandbox that runs. */
    Site site(Who who, Cgroup cgroup) {
        return site(who, cgroup, false, Optional.empty());
    }

    Site site(Who who, Cgroup cgroup, boolean announceExec, Optional<WritableLayer> layer) {
        return new Site(
                identity(who),
                who.runAs(),
                root(who, layer),
                trees(),
                mounts(),
                devices(),
                cgroup.attachFds().size(),
                cgroup.directoryFd().isPresent(),
                engine.facts().lastCapability(),
                walls,
                engine.facts().kernel().compareTo(TIME_ON_EXEC) >= 0,
                announceExec,
                engine.cpus(),
                engine.freshMounts(spec));
    }

    private Site.Identity identity(Who who) {
        boolean range = who.maps().map(m -> m.hostUid(0) != -1 && m.hostGid(0) != -1).orElse(true);
        return new Site.Identity(
                who.maps().isPresent(),
                range ? 0 : who.runAs().uid(),
                range ? 0 : who.runAs().gid(),
                who.maps().map(m -> !m.denySetgroups()).orElse(mayChangeUser()),
                who.maps().map(m -> m.hostGid(TTY_GROUP) != -1).orElse(true),
                who.maps().isPresent() || mayChangeUser());
    }

    private TreeSource tree(String place, String hostPath) {
        return tree(place, new TreeSource.HostPath(hostPath));
    }

    private TreeSource tree(String place, TreeSource.HostPath source) {
        return byFd ? new TreeSource.Detached(Bindings.tree(place)) : source;
    }

    private boolean mayChangeUser() {
        return engine.facts().mayChangeUser();
    }

    private Optional<Site.RootSite> root(Who who, Optional<WritableLayer> layer) {
        if (!spec.namespaces().contains(Namespace.MOUNT)) {
            return Optional.empty();
        }
        return Optional.of(
                new Site.RootSite(
                        rootTree(),
                        preflight.overlay(),
                        spec.writableRoot() == WritableRoot.READ_ONLY,
                        preflight.privateDirectories(),
                        preflight.create(),
                        preflight.made(),
                        top(who),
                        engine.facts().overlayByFd()
                                ? Scratch.Layers.BY_FD
                                : Scratch.Layers.BY_NAME,
                        layer.map(WritableLayer::source)));
    }

    /** An image says what its root directory is like. */
    private RootDirectory top(Who who) {
        Stat top = preflight.top();
        if (!(spec.rootfs() instanceof Image) || !top.isDirectory()) {
            return RootDirectory.USUAL;
        }
        int uid = who.maps().map(m -> m.sandboxUid(top.uid())).orElse(top.uid());
        int gid = who.maps().map(m -> m.sandboxGid(top.gid())).orElse(top.gid());
        return new RootDirectory(top.mode() & 07777, Math.max(0, uid), Math.max(0, gid));
    }

    private TreeSource rootTree() {
        return switch (preflight.root()) {
            case RootTree.AtPath at -> tree("/", at.path());
            case RootTree.Mounted mounted -> new TreeSource.Detached(Bindings.tree("/"));
        };
    }

    private Site.Trees trees() {
        if (!spec.namespaces().contains(Namespace.MOUNT)) {
            return new Site.Trees(Optional.empty(), Optional.empty(), Optional.empty());
        }
        return new Site.Trees(
                engine.devices().available()
                        ? Optional.of(new TreeSource.Detached(Bindings.tree("/dev")))
                        : Optional.empty(),
                spec.namespaces().contains(Namespace.NETWORK)
                        ? Optional.empty()
                        : Optional.of(tree("/sys", "/sys")),
                spec.namespaces().contains(Namespace.PID)
                        ? Optional.empty()
                        : Optional.of(tree("/proc", "/proc")));
    }

    private List<Site.MountSite> mounts() {
        List<Site.MountSite> sites = new ArrayList<>();
        for (int i = 0; i < spec.mounts().size(); i++) {
            Mount mount = spec.mounts().get(i);
            if (isCovered(mount)) {
                continue;
            }
            // Without a mount namespace it is where it is.
            Optional<TreeSource> source =
                    mount instanceof Mount.Bind bind && spec.namespaces().contains(Namespace.MOUNT)
                            ? Optional.of(tree(mountBinding(i), preflight.source(bind)))
                            : Optional.empty();
            sites.add(
                    new Site.MountSite(
                            mount, source, preflight.directories().getOrDefault(mount, false)));
        }
        return sites;
    }

    /**
     * In place, what lies beneath something writable is allowed with that. A rule of its own would
     * be for what an earlier command has made of its path: perhaps a link to anywhere.
     */
    private boolean isCovered(Mount mount) {
        return !spec.namespaces().contains(Namespace.MOUNT)
                && mount instanceof Mount.Bind bind
                && !preflight.source(bind).beneath().isEmpty();
    }

    private List<Site.DeviceSite> devices() {
        List<Site.DeviceSite> sites = new ArrayList<>();
        for (Device device : spec.security().devices()) {
            TreeSource node = tree(device.target(), device.source().toString());
            sites.add(new Site.DeviceSite(device, node));
        }
        return sites;
    }

    static String mountBinding(int index) {
        return "mount" + index;
    }
}
