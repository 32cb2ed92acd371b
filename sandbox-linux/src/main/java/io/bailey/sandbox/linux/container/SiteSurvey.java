package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
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
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    private final boolean byFd;

    SiteSurvey(Engine engine, SandboxSpec spec, Preflight preflight) {
        this.engine = engine;
        this.spec = spec;
        this.preflight = preflight;
        this.byFd = engine.facts().privileged();
    }

    /** Who the command is, and how its ids are mapped. */
    record Who(Site.RunAs runAs, Optional<IdMaps> maps) {}

    Who who(Command command) {
        Site.RunAs runAs = lookUp(command.runAs().or(spec::user));
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
        return further.runAs()
                .map(user -> among(lookUp(Optional.of(user)), first.maps()))
                .orElse(first);
    }

    private static Who among(Site.RunAs runAs, Optional<IdMaps> maps) {
        maps.ifPresent(m -> Identities.requireMapped(m, runAs.uid(), runAs.gid()));
        return new Who(mappedGroups(runAs, maps), maps);
    }

    private Site.RunAs lookUp(Optional<User> user) {
        Linux linux = engine.linux();
        int root =
                linux.openat(
                        Linux.AT_FDCWD, preflight.rootPath(), Linux.O_PATH | Linux.O_DIRECTORY, 0);
        if (root < 0) {
            throw new SandboxSetupException(
                    "open the root",
                    Errno.name(-root),
                    preflight.rootPath(),
                    Shortage.or(-root, "it was there when the sandbox was built"));
        }
        try {
            return new Accounts(linux, root).resolve(user);
        } finally {
            linux.close(root);
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
                cgroup.attachFds().size(),
                cgroup.directoryFd().isPresent(),
                engine.facts().lastCapability(),
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
                who.maps().map(m -> !m.denySetgroups()).orElse(true),
                who.maps().map(m -> m.hostGid(TTY_GROUP) != -1).orElse(true));
    }

    private TreeSource tree(String place, String hostPath) {
        return byFd
                ? new TreeSource.Detached(Bindings.tree(place))
                : new TreeSource.HostPath(hostPath);
    }

    private Optional<Site.RootSite> root() {
        if (!spec.namespaces().contains(Namespace.MOUNT)) {
            return Optional.empty();
        }
        return Optional.of(
                new Site.RootSite(
                        tree("/", preflight.rootPath()),
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
            Optional<TreeSource> source =
                    mount instanceof Mount.Bind bind
                            ? Optional.of(tree(mountBinding(i), bind.source().toString()))
                            : Optional.empty();
            sites.add(
                    new Site.MountSite(
                            mount, source, preflight.directories().getOrDefault(mount, false)));
        }
        return sites;
    }

    static String mountBinding(int index) {
        return "mount" + index;
    }
}
