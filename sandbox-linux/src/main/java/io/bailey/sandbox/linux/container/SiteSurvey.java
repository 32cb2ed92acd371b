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
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.host.KernelVersion;
import io.bailey.sandbox.linux.launch.IdMaps;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.plan.Bindings;
import io.bailey.sandbox.linux.plan.Site;
import io.bailey.sandbox.linux.plan.Walls;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;

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
        int root = engine.trees().open(preflight.root());
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

    Site site(Who who, Cgroup cgroup, boolean announceExec) {
        return new Site(
                identity(who),
                who.runAs(),
                root(),
                trees(),
                mounts(),
                devices(),
                cgroup.attachFds().size(),
                cgroup.directoryFd().isPresent(),
                engine.facts().lastCapability(),
                walls,
                engine.facts().kernel().compareTo(TIME_ON_EXEC) >= 0,
                announceExec,
                engine.cpus());
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

    private Optional<Site.RootSite> root() {
        if (!spec.namespaces().contains(Namespace.MOUNT)) {
            return Optional.empty();
        }
        return Optional.of(
                new Site.RootSite(
                        tree("/", preflight.root()),
                        preflight.overlay(),
                        spec.writableRoot() == WritableRoot.READ_ONLY,
                        preflight.privateDirectories(),
                        preflight.create()));
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
