package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Linux;

import java.util.List;
import java.util.Optional;

/**
 * The control groups this process can use. Immutable, discovered once: making a group re-reads
 * nothing of /proc.
 */
public final class Cgroups {
    private final CgroupFactory factory;

    Cgroups(CgroupFactory factory) {
        this.factory = factory;
    }

    private static final class Host {
        static final Cgroups CGROUPS = new Cgroups(Discovery.of(Linux.host()));
    }

    /**
     * Looks at /proc/self/cgroup, /proc/self/mountinfo, controllers and permissions. No side
     * effects. For the real kernel the answer is kept for the life of the JVM: one moved to another
     * group goes on using its first one.
     */
    public static Cgroups discover(Linux linux) {
        return linux == Linux.host() ? Host.CGROUPS : new Cgroups(Discovery.of(linux));
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
}
