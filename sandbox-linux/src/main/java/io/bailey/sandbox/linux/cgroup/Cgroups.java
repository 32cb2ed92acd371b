package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Linux;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The control groups this process can use. Discovered once, and again only by {@link #enterLeaf()}:
 * making a group re-reads nothing of /proc.
 */
public final class Cgroups {
    private final Linux linux;
    private volatile CgroupFactory factory;

    Cgroups(Linux linux, CgroupFactory factory) {
        this.linux = linux;
        this.factory = factory;
    }

    private static final class Host {
        static final Cgroups CGROUPS = new Cgroups(Linux.host(), Discovery.of(Linux.host()));
    }

    /**
     * Looks at /proc/self/cgroup, /proc/self/mountinfo, controllers and permissions. No side
     * effects. For the real kernel the answer is kept for the life of the JVM: one that somebody
     * moves to another group goes on using its first one.
     */
    public static Cgroups discover(Linux linux) {
        return linux == Linux.host() ? Host.CGROUPS : new Cgroups(linux, Discovery.of(linux));
    }

    /** How this host arranges its control groups. */
    public Layout layout() {
        return factory.layout();
    }

    /** Each controller: where, usable, else why and the fix. */
    public List<ControllerReport> report() {
        return factory.report();
    }

    /**
     * Whether a {@link DevicePolicy} can be given, and if not why: through the v1 controller, or on
     * cgroup2 by a BPF program, of which one is loaded to find out, and let go.
     */
    public ControllerReport devicePolicy() {
        Optional<Problem> obstacle = factory.deviceObstacle();
        String how = layout() == Layout.V2 ? "a BPF program" : "the v1 devices controller";
        return new ControllerReport(
                "devices",
                obstacle.isEmpty(),
                how,
                obstacle.map(Problem::found).orElse(""),
                obstacle.map(Problem::fix).orElse(""));
    }

    /**
     * A fresh group called {@code name} with every limit written before any process is in it.
     *
     * @throws io.bailey.sandbox.SandboxUnavailableException if a limit cannot be given and is to be
     *     enforced strictly, or a policy that is required
     * @throws io.bailey.sandbox.SandboxConfigException if the kernel refuses a value
     * @throws io.bailey.sandbox.SandboxSetupException if a call fails otherwise; nothing is left
     *     behind
     */
    public Cgroup create(String name, CgroupRequest request) {
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.startsWith(".")) {
            throw new IllegalArgumentException("not a name for a group: \"" + name + "\"");
        }
        return request.isEmpty() ? NoCgroup.NOTHING_ASKED : factory.create(name, request);
    }

    /**
     * The name for a group that is to end with this process. It begins with {@code bailey-}, the
     * process number and a dash; {@link #sweep()} knows from the rest whose it was.
     */
    public static String nameFor(String id) {
        return GroupName.self().of(id);
    }

    /** The name for a group that is to outlive this process: no sweep touches it. */
    public static String detachedNameFor(String id) {
        return GroupName.detached(id);
    }

    /**
     * Removes the groups of processes that are dead, beside those that this one makes: kills who is
     * inside, then removes them and those inside. Leaves alone what belongs to the living, to other
     * PID namespaces, to detached containers and to anybody else.
     *
     * @return the directories that were removed
     */
    public List<String> sweep() {
        return new Sweep(linux).run(factory.bases());
    }

    /** Where a group called {@code name} may come to be: all its directories are among these. */
    public List<String> places(String name, CgroupRequest request) {
        return factory.bases(request.parent()).stream().map(base -> base + "/" + name).toList();
    }

    /**
     * Removes what there is at {@code places}, of a group that was perhaps made in part only, and
     * kills who is inside.
     *
     * @return whether nothing is left
     * @throws IllegalArgumentException if these are not directories of one group of Bailey's
     */
    public boolean clear(List<String> places) {
        requireOneGroup(places);
        return new Sweep(linux).clear(places);
    }

    /**
     * Removes a group by what {@link Cgroup#paths()} said, wherever it is, if the process that made
     * it is dead: kills who is inside, frozen or not. Others are left alone.
     *
     * @throws IllegalArgumentException if these are not directories of one group of Bailey's
     */
    public void removeDead(List<String> paths) {
        requireOneGroup(paths);
        Sweep sweep = new Sweep(linux);
        String any = paths.getFirst();
        if (sweep.isDead(any.substring(any.lastIndexOf('/') + 1))) {
            // That of the cgroup2 tree was made last, and kills what is inside the others at once.
            var _ = sweep.remove(paths.reversed());
        }
    }

    /**
     * A group that an earlier process made, by what {@link Cgroup#paths()} said then. Closing it
     * kills and removes it.
     *
     * @throws io.bailey.sandbox.SandboxSetupException if it is not there any more
     * @throws IllegalArgumentException if these are not directories of one group of Bailey's
     */
    public Cgroup adopt(List<String> paths) {
        requireOneGroup(paths);
        try {
            return factory.adopt(paths);
        } catch (CgroupFailure failure) {
            throw failure.setupException();
        }
    }

    /** What is adopted is killed one day: a damaged record must not name anybody else. */
    private static void requireOneGroup(List<String> paths) {
        Set<String> names = new HashSet<>();
        for (String path : paths) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (!path.startsWith("/") || (path + "/").contains("/../") || !GroupName.isOurs(name)) {
                throw new IllegalArgumentException("not a group of Bailey's: \"" + path + "\"");
            }
            names.add(name);
        }
        if (names.size() != 1) {
            throw new IllegalArgumentException("not the directories of one group: " + paths);
        }
    }

    /**
     * Moves this process into a group below its own, so that its own can hand controllers to groups
     * beside that one.
     *
     * @return false if nothing was in the way
     * @throws io.bailey.sandbox.SandboxUnavailableException if it cannot be done
     */
    public synchronized boolean enterLeaf() {
        if (!(factory instanceof V2Factory v2)) {
            throw LeafCgroup.refused(
                    layout() == Layout.HYBRID
                            ? "this host binds controllers to cgroup v1, where processes are in nobody's way"
                            : "there is no cgroup2 tree",
                    Fixes.MOUNT);
        }
        if (!v2.isInTheWay()) {
            return false;
        }
        new LeafCgroup(linux, v2.bases().getFirst()).enter();
        factory = Discovery.of(linux);
        return true;
    }
}
