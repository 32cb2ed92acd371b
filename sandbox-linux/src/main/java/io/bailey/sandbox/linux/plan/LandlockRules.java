package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Network;
import io.bailey.sandbox.SandboxSpec;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What Landlock shall allow in a sandbox: what its mounts allow already, so that a hole in one of
 * the two walls is none in the other. A right on a directory holds for all beneath it.
 *
 * @param files whether rights on files are handled at all
 * @param network whether TCP and UDP are, with nothing allowed
 * @param signals whether processes outside may not be signaled
 * @param sockets whether abstract sockets outside may not be reached
 * @param terminal whether the command has one, which it may open anew
 * @param places what is allowed where
 */
record LandlockRules(
        boolean files,
        boolean network,
        boolean signals,
        boolean sockets,
        boolean terminal,
        List<Place> places) {

    /** A place in the sandbox. */
    record Place(String path, Set<LandlockAccess> access) {}

    /** Where the programs of a system lie, FHS 3.0 and two that store them elsewhere. */
    private static final List<String> SYSTEM =
            List.of(
                    "/usr",
                    "/bin",
                    "/sbin",
                    "/lib",
                    "/lib32",
                    "/lib64",
                    "/libx32",
                    "/etc",
                    "/opt",
                    "/nix/store",
                    "/gnu/store");

    /** Of the kernel's files, those that say nothing of other processes. */
    private static final List<String> KERNEL =
            List.of(
                    "/proc/self",
                    "/proc/cpuinfo",
                    "/proc/filesystems",
                    "/proc/loadavg",
                    "/proc/meminfo",
                    "/proc/stat",
                    "/proc/uptime",
                    "/proc/version",
                    "/proc/sys/kernel/osrelease",
                    "/proc/sys/kernel/pid_max",
                    "/proc/sys/kernel/random",
                    "/proc/sys/vm/overcommit_memory",
                    "/sys/devices/system/cpu",
                    "/sys/devices/system/node",
                    "/sys/kernel/mm/transparent_hugepage");

    /** What is mounted read-only may be a socket, or hold some. */
    private static final Set<LandlockAccess> CONNECT =
            EnumSet.of(
                    LandlockAccess.EXECUTE,
                    LandlockAccess.READ_FILE,
                    LandlockAccess.READ_DIR,
                    LandlockAccess.RESOLVE_UNIX);

    private static final List<String> DEVICES =
            List.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom");

    /** To be read, written and set. */
    static final Set<LandlockAccess> TERMINAL =
            EnumSet.of(
                    LandlockAccess.READ_FILE,
                    LandlockAccess.WRITE_FILE,
                    LandlockAccess.TRUNCATE,
                    LandlockAccess.IOCTL_DEV);

    LandlockRules {
        places = List.copyOf(places);
    }

    /** Is there anything to enforce? The kernel refuses a ruleset that handles nothing. */
    boolean isEmpty() {
        return !files && !network && !signals && !sockets;
    }

    static LandlockRules of(SandboxSpec spec, Site site, boolean terminal) {
        boolean unprivileged = spec.security().isolation() == Isolation.UNPRIVILEGED;
        Set<Namespace> own = spec.namespaces();
        return new LandlockRules(
                unprivileged || own.contains(Namespace.MOUNT),
                unprivileged && spec.network() == Network.NONE,
                !own.contains(Namespace.PID),
                !own.contains(Namespace.NETWORK),
                terminal,
                unprivileged
                        ? onTheHost(site, terminal)
                        : site.root().map(root -> inTheRoot(spec, site, root)).orElse(List.of()));
    }

    private static List<Place> inTheRoot(SandboxSpec spec, Site site, Site.RootSite root) {
        Set<LandlockAccess> write =
                spec.security().capabilities().contains(Capability.MKNOD)
                        ? LandlockAccess.ALL
                        : LandlockAccess.WRITE;
        List<Place> places = new ArrayList<>();
        if (!root.readOnly()) {
            // All that lies on it is beneath it.
            return List.of(new Place("/", write));
        }
        // A socket of the host's is not read: connecting is for what was mounted by name.
        places.add(new Place("/", LandlockAccess.READ));
        places.add(new Place("/proc", LandlockAccess.KERNEL_FILES));
        // What may be made in /dev/shm and /dev/mqueue; /dev itself is mounted read-only.
        places.add(new Place("/dev", write));
        root.privateDirectories().forEach(path -> places.add(new Place(path, write)));
        site.mounts().forEach(mount -> mount(mount, write, places));
        return places;
    }

    private static void mount(Site.MountSite site, Set<LandlockAccess> write, List<Place> places) {
        switch (site.mount()) {
            case Mount.Bind bind -> places.add(place(site, bind.readOnly() ? CONNECT : write));
            case Mount.Tmpfs tmpfs -> places.add(place(site, write));
            case Mount.File file -> {}
            case Mount.Volume volume ->
                    throw new IllegalStateException(volume + " is a bind by the time of a plan");
        }
    }

    private static Place place(Site.MountSite site, Set<LandlockAccess> wanted) {
        Set<LandlockAccess> access = EnumSet.copyOf(wanted);
        if (!site.directory()) {
            access.retainAll(LandlockAccess.OF_A_FILE);
        }
        return new Place(site.mount().target(), access);
    }

    private static List<Place> onTheHost(Site site, boolean terminal) {
        List<Place> places = new ArrayList<>();
        SYSTEM.stream()
                .filter(path -> !isBeneathWritable(path, site))
                .forEach(path -> places.add(new Place(path, LandlockAccess.READ)));
        KERNEL.forEach(path -> places.add(kernelFile(path)));
        DEVICES.forEach(path -> places.add(new Place(path, device())));
        if (terminal) {
            places.add(new Place("/dev/tty", TERMINAL));
        }
        for (Site.MountSite mount : site.mounts()) {
            boolean readOnly = mount.mount() instanceof Mount.Bind bind && bind.readOnly();
            places.add(place(mount, readOnly ? CONNECT : LandlockAccess.WRITE));
        }
        return places;
    }

    /** Allowed by that mount; and what is there may be a link by now, put there by a command. */
    private static boolean isBeneathWritable(String path, Site site) {
        return site.mounts().stream()
                .map(Site.MountSite::mount)
                .anyMatch(mount ->
                        mount instanceof Mount.Bind bind
                                && !bind.readOnly()
                                && path.startsWith(bind.target() + "/"));
    }

    private static Place kernelFile(String path) {
        boolean directory = !path.startsWith("/proc/") || path.equals("/proc/self");
        Set<LandlockAccess> access = EnumSet.of(LandlockAccess.READ_FILE);
        if (directory || path.endsWith("/random")) {
            access.add(LandlockAccess.READ_DIR);
        }
        if (path.equals("/proc/self")) {
            access.add(LandlockAccess.WRITE_FILE);
        }
        return new Place(path, access);
    }

    private static Set<LandlockAccess> device() {
        return EnumSet.of(
                LandlockAccess.READ_FILE, LandlockAccess.WRITE_FILE, LandlockAccess.TRUNCATE);
    }
}
