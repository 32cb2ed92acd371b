package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.MountInfo;

import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out how the host arranges its control groups and where in them this process is. Loops
 * rather than lambdas: the first sandbox of a fresh JVM waits for this, and linking its first
 * lambdas took 20 ms of it.
 */
final class Discovery {
    private static final Set<Controller> NO_LIMITS = Set.of(Controller.DEVICES, Controller.FREEZER);

    private Discovery() {}

    static CgroupFactory of(Linux linux) {
        String mounts = KernelFile.read(linux, Linux.AT_FDCWD, "/proc/self/mountinfo").text();
        String own = KernelFile.read(linux, Linux.AT_FDCWD, "/proc/self/cgroup").text();
        return of(linux, mounts, own);
    }

    /** From the text of /proc/self/mountinfo and /proc/self/cgroup. */
    static CgroupFactory of(Linux linux, String mountinfo, String procSelfCgroup) {
        List<MountInfo> mounts = MountInfo.parse(mountinfo);
        OwnCgroups own = OwnCgroups.parse(procSelfCgroup);
        Map<Controller, MountInfo> v1 = v1Mounts(mounts);
        Optional<MountInfo> unified = unifiedMount(mounts);
        Optional<String> unifiedMount =
                unified.isPresent() ? Optional.of(unified.get().mountPoint()) : Optional.empty();
        Optional<String> unifiedOwn =
                unified.isPresent() && own.unified().isPresent()
                        ? OwnCgroups.directory(unified.get(), own.unified().get())
                        : Optional.empty();
        // These hierarchies alone do not take the limits off cgroup2.
        if (!v1.isEmpty() && !NO_LIMITS.containsAll(v1.keySet())) {
            return new HybridFactory(linux, v1Bases(linux, v1, own), unifiedMount, unifiedOwn);
        }
        if (unifiedMount.isEmpty()) {
            return new NoFactory(new Problem("", "no cgroup file system is mounted", Fixes.MOUNT));
        }
        return unifiedOwn.isPresent()
                ? new V2Factory(linux, unifiedMount.get(), unifiedOwn.get())
                : new NoFactory(
                        new Problem(
                                "",
                                "this process's group is not below " + unifiedMount.get(),
                                Fixes.ENTER));
    }

    /**
     * The last mount on a path is the one that is seen there; mounts of the same tree elsewhere are
     * as good.
     */
    private static Optional<MountInfo> unifiedMount(List<MountInfo> mounts) {
        Optional<MountInfo> found = Optional.empty();
        for (MountInfo mount : mounts) {
            if (mount.type().equals("cgroup2")
                    && (found.isEmpty() || mount.mountPoint().startsWith("/sys/fs/cgroup"))) {
                found = Optional.of(mount);
            }
        }
        return found;
    }

    private static Map<Controller, MountInfo> v1Mounts(List<MountInfo> mounts) {
        Map<Controller, MountInfo> found = new EnumMap<>(Controller.class);
        for (MountInfo mount : mounts) {
            if (!mount.type().equals("cgroup")) {
                continue;
            }
            for (Controller controller : Controller.values()) {
                if (mount.hasSuperOption(controller.v1Name())) {
                    found.put(controller, mount);
                }
            }
        }
        return found;
    }

    private static Map<Controller, V1Base> v1Bases(
            Linux linux, Map<Controller, MountInfo> mounts, OwnCgroups own) {
        IdentityHashMap<MountInfo, V1Base> shared = new IdentityHashMap<>();
        Map<Controller, V1Base> bases = new EnumMap<>(Controller.class);
        for (Map.Entry<Controller, MountInfo> mount : mounts.entrySet()) {
            V1Base base = shared.get(mount.getValue());
            if (base == null) {
                String path = own.v1().getOrDefault(mount.getKey().v1Name(), "/");
                base = V1Base.look(linux, mount.getValue(), path);
                shared.put(mount.getValue(), base);
            }
            bases.put(mount.getKey(), base);
        }
        return bases;
    }
}
