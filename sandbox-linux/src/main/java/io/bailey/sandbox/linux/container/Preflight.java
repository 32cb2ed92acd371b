package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;
import io.bailey.sandbox.linux.sys.Stat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a spec comes to on this host, found out once when the sandbox is built: everything wrong
 * with it that can be seen from outside is said here. The child checks again, in its own way, so
 * nothing here is relied on for safety.
 *
 * @param root the root on the host
 * @param create mount points that are missing in it
 * @param privateDirectories directories that get a tmpfs
 * @param overlay whether the root gets a thin writable layer
 * @param made what is made besides: the working directory of an image
 * @param top the root directory
 * @param directories for each bind whether its source is a directory
 * @param sources how the binds' sources are reached
 * @param devices the caller's devices
 */
record Preflight(
        RootTree root,
        List<String> create,
        List<String> privateDirectories,
        boolean overlay,
        List<String> made,
        Stat top,
        Map<Mount, Boolean> directories,
        HostSources sources,
        DeviceSurvey devices) {
    private static final int RESOLVE_IN_ROOT_NO_MAGICLINKS = 0x12;
    private static final Stat ABSENT = Stat.failed(-Errno.ENOENT);
    private static final int S_IFMT = 0xF000;
    private static final int S_IFLNK = 0xA000;

    /**
     * Places of a host where services keep sockets and secrets, or that one would fill: empty in
     * the sandbox.
     */
    private static final List<String> HOST_PRIVATE = List.of("/tmp", "/var/tmp", "/run");

    static Preflight check(Engine engine, SandboxSpec spec) {
        HostFacts facts = engine.facts();
        requirePowers(facts, spec);
        Linux linux = engine.linux();
        if (!spec.namespaces().contains(Namespace.MOUNT)) {
            Map<Mount, Boolean> inPlace = new HashMap<>();
            spec.mounts().forEach(mount -> inPlace.put(mount, source(linux, mount)));
            return new Preflight(
                    new RootTree.AtPath(new TreeSource.HostPath("/")),
                    List.of(),
                    List.of(),
                    false,
                    List.of(),
                    ABSENT,
                    Map.copyOf(inPlace),
                    HostSources.of(spec),
                    DeviceSurvey.NONE);
        }
        DeviceSurvey devices = DeviceSurvey.of(linux, engine.cgroups(), spec);
        HostSources sources = HostSources.of(spec);
        RootTree tree = engine.rootOf(spec, sources);
        try {
            int root = open(engine, tree);
            try {
                return survey(linux, root, tree, sources, spec, facts, devices);
            } finally {
                linux.close(root);
            }
        } catch (RuntimeException failure) {
            tree.release();
            throw failure;
        }
    }

    private static int open(Engine engine, RootTree tree) {
        int root = tree.open(engine.trees());
        if (root < 0) {
            throw new SandboxConfigException(
                    "rootfs "
                            + tree
                            + " cannot be opened: "
                            + Errno.name(-root)
                            + "; "
                            + Shortage.or(-root, "it must be a directory this process can reach"));
        }
        return root;
    }

    private static Preflight survey(
            Linux linux,
            int root,
            RootTree tree,
            HostSources sources,
            SandboxSpec spec,
            HostFacts facts,
            DeviceSurvey devices) {
        boolean host = spec.rootfs() instanceof Rootfs.Host;
        List<String> privates = new ArrayList<>();
        for (String place : host ? HOST_PRIVATE : List.of("/tmp")) {
            boolean directory =
                    linux.stat(root, place.substring(1), AT_SYMLINK_NOFOLLOW).isDirectory();
            boolean wanted =
                    host ? directory : spec.writableRoot() == WritableRoot.READ_ONLY || !directory;
            if (wanted && spec.writableRoot() != WritableRoot.DIRECT) {
                privates.add(place);
            }
        }
        List<String> create = new ArrayList<>();
        List<String> systems = new ArrayList<>(List.of("/proc", "/sys", "/dev"));
        systems.addAll(privates);
        for (String place : systems) {
            Stat there = linux.stat(root, place.substring(1), AT_SYMLINK_NOFOLLOW);
            refuseLink(tree.toString(), place, there);
            if (there.result() < 0) {
                create.add(place);
            }
        }
        Map<Mount, Boolean> directories = new HashMap<>();
        List<String> covers = new ArrayList<>(privates);
        covers.add("/dev/shm");
        boolean lacking = !create.isEmpty();
        for (Mount mount : spec.mounts()) {
            boolean directory = source(linux, mount);
            directories.put(mount, directory);
            // What lies in a mount of ours is made there, whatever the root has in that place.
            boolean covered = covers.stream().anyMatch(at -> mount.target().startsWith(at + "/"));
            Stat there = covered ? ABSENT : lookUp(linux, root, mount.target());
            if (there.result() == -Errno.ENOENT) {
                create.add(mount.target());
                lacking |= !covered;
                if (host && !covered && spec.namespaces().contains(Namespace.USER)) {
                    requireMakeable(linux, root, mount.target(), facts.privileged());
                }
            } else if (there.result() == 0 && there.isDirectory() != directory) {
                throw new SandboxConfigException(
                        "mount target "
                                + mount.target()
                                + (directory
                                        ? " is not a directory, but what is to be mounted there is"
                                        : " is a directory, but what is to be mounted there is not"));
            }
            covers.add(mount.target());
        }
        List<String> made = workingDirectory(linux, root, spec);
        lacking |= !made.isEmpty();
        boolean overlay =
                spec.writableRoot() == WritableRoot.OVERLAY
                        || (spec.writableRoot() == WritableRoot.READ_ONLY && lacking);
        return new Preflight(
                tree,
                List.copyOf(create),
                List.copyOf(privates),
                overlay,
                made,
                linux.stat(root, "", Linux.AT_EMPTY_PATH),
                Map.copyOf(directories),
                sources,
                devices);
    }

    /** An image's is made where it is missing, as every engine does. */
    private static List<String> workingDirectory(Linux linux, int root, SandboxSpec spec) {
        return spec.rootfs() instanceof Image
                ? spec.workdir()
                        .filter(path -> !path.equals("/"))
                        .filter(path -> lookUp(linux, root, path).result() == -Errno.ENOENT)
                        .map(List::of)
                        .orElse(List.of())
                : List.of();
    }

    /** How the source of {@code bind} is reached. */
    TreeSource.HostPath source(Mount.Bind bind) {
        return sources.way(bind.source());
    }

    private static final int AT_SYMLINK_NOFOLLOW = 0x100;

    private static void refuseLink(String root, String place, Stat there) {
        if (there.result() == 0 && (there.mode() & S_IFMT) == S_IFLNK) {
            throw new SandboxConfigException(
                    "rootfs "
                            + root
                            + " has a symbolic link at "
                            + place
                            + ", where Bailey mounts itself; replace it by a directory");
        }
        if (there.result() == 0 && !there.isDirectory()) {
            throw new SandboxConfigException(
                    "rootfs "
                            + root
                            + " has something at "
                            + place
                            + " that is not a directory; Bailey mounts there");
        }
    }

    private static Stat lookUp(Linux linux, int root, String target) {
        int fd = linux.openat2(root, target, Linux.O_PATH, 0, RESOLVE_IN_ROOT_NO_MAGICLINKS);
        if (fd < 0) {
            return Stat.failed(fd);
        }
        try {
            return linux.stat(fd, "", Linux.AT_EMPTY_PATH);
        } finally {
            linux.close(fd);
        }
    }

    /**
     * The host's directories belong to ids that the sandbox's root is not: even in an overlay it
     * can make something in none but the root directory, which the overlay made its own; and an
     * ordinary user may lay no overlay over the host's tree at all.
     */
    private static void requireMakeable(Linux linux, int root, String target, boolean privileged) {
        String parent = target;
        do {
            parent = parent.substring(0, Math.max(1, parent.lastIndexOf('/')));
        } while (parent.length() > 1 && lookUp(linux, root, parent).result() == -Errno.ENOENT);
        if (!privileged || parent.length() > 1) {
            throw new SandboxConfigException(
                    "mount target "
                            + target
                            + " does not exist on this host, and cannot be made in its tree; mount on something that"
                            + " exists, or below /tmp, /var/tmp or /run, which are the sandbox's own"
                            + (privileged ? ", or in a new directory of the top level" : ""));
        }
    }

    /** Is the mount a directory? */
    private static boolean source(Linux linux, Mount mount) {
        return switch (mount) {
            case Mount.Tmpfs tmpfs -> true;
            case Mount.File file -> false;
            case Mount.Volume volume ->
                    throw new IllegalStateException(volume + " is a bind by the time of a survey");
            case Mount.Bind bind -> {
                Stat stat = linux.stat(Linux.AT_FDCWD, bind.source().toString(), 0);
                if (stat.result() < 0) {
                    throw new SandboxConfigException(
                            "mount source "
                                    + bind.source()
                                    + " for "
                                    + bind.target()
                                    + " cannot be used: "
                                    + Errno.name(-stat.result()));
                }
                yield stat.isDirectory();
            }
        };
    }

    private static void requirePowers(HostFacts facts, SandboxSpec spec) {
        boolean userNamespace = spec.namespaces().contains(Namespace.USER);
        if (userNamespace && !facts.userNamespaces()) {
            throw unavailable(
                    "user namespaces",
                    "this user may not make one",
                    "enable them (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, the AppArmor"
                            + " restriction), or run as root with IdMap.HOST");
        }
        boolean unprivileged = spec.security().isolation() == Isolation.UNPRIVILEGED;
        if (!userNamespace && !unprivileged && !facts.privileged()) {
            throw unavailable(
                    "IdMap.HOST",
                    "sharing the host's ids takes CAP_SYS_ADMIN, which this process (uid "
                            + facts.euid()
                            + ") lacks",
                    "run as root, or leave the id map at " + IdMap.AUTO);
        }
        if (spec.namespaces().contains(Namespace.TIME)
                && !spec.init()
                && !facts.kernel().atLeast(6, 3)) {
            throw unavailable(
                    "time namespace without an init",
                    "before Linux 6.3 exec does not enter a new time namespace, only a fork does",
                    "leave it out by name, namespaces(Namespace.allBut(Namespace.TIME)), or use init(true)");
        }
        if (spec.namespaces().contains(Namespace.TIME) && !facts.timeNamespaces()) {
            throw unavailable(
                    "time namespaces",
                    "this kernel has none (Linux 5.6, CONFIG_TIME_NS)",
                    "leave it out by name: namespaces(Namespace.allBut(Namespace.TIME))");
        }
    }

    private static SandboxUnavailableException unavailable(String check, String found, String fix) {
        return new SandboxUnavailableException(
                List.of(new Finding(check, Finding.Status.MISSING, found, fix)));
    }
}
