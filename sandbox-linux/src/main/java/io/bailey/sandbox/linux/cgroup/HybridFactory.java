package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes groups on a host that binds controllers to v1: one in each hierarchy needed, beneath the
 * process's own.
 */
final class HybridFactory implements CgroupFactory {
    private final Linux linux;
    private final Map<Controller, V1Base> bases;
    private final Optional<String> unifiedMount;
    private final Optional<V2Base> unified;

    /**
     * @param bases where each controller is, one object for controllers bound together
     * @param unifiedMount where the cgroup2 tree beside them is, if there is one
     * @param unifiedOwn this process's group in it
     */
    HybridFactory(
            Linux linux,
            Map<Controller, V1Base> bases,
            Optional<String> unifiedMount,
            Optional<String> unifiedOwn) {
        this.linux = linux;
        this.bases = bases;
        this.unifiedMount = unifiedMount;
        this.unified =
                unifiedOwn.isPresent()
                        ? Optional.of(V2Base.look(linux, unifiedOwn.get()))
                        : Optional.empty();
    }

    @Override
    public Layout layout() {
        return Layout.HYBRID;
    }

    @Override
    public List<ControllerReport> report() {
        List<ControllerReport> report = new ArrayList<>();
        for (Controller controller : Controller.limiting()) {
            Optional<Problem> problem = problem(bases, controller);
            V1Base base = bases.get(controller);
            report.add(
                    new ControllerReport(
                            controller.kernelName(),
                            problem.isEmpty(),
                            base == null ? "" : base.directory(),
                            problem.map(Problem::found).orElse(""),
                            problem.map(Problem::fix).orElse("")));
        }
        return report;
    }

    @Override
    public Optional<Problem> deviceObstacle() {
        return problem(bases, Controller.DEVICES).map(problem -> problem.about("device policy"));
    }

    private static Optional<Problem> problem(Map<Controller, V1Base> bases, Controller controller) {
        V1Base base = bases.get(controller);
        if (base == null) {
            String name = controller.kernelName();
            return Optional.of(
                    new Problem(
                            name,
                            "no hierarchy with the " + name + " controller is mounted",
                            "mount it (mount -t cgroup -o "
                                    + controller.v1Name()
                                    + "), or boot with systemd.unified_cgroup_hierarchy=1"));
        }
        return base.blocked().map(problem -> problem.about(controller.kernelName()));
    }

    /** A controller that only limits asked for from the start bring. */
    static Problem notJoined(Controller controller) {
        String name = controller.kernelName();
        return new Problem(
                name,
                "the container was made without the " + name + " controller",
                "give it that limit when it is made");
    }

    @Override
    public List<String> bases() {
        // That of the cgroup2 tree first: it kills what is inside the others at once.
        List<String> directories = new ArrayList<>();
        unified.ifPresent(base -> directories.add(base.directory()));
        bases.values().stream().map(V1Base::directory).distinct().forEach(directories::add);
        return directories;
    }

    @Override
    public List<String> bases(Optional<String> parent) {
        if (parent.isEmpty()) {
            return bases();
        }
        List<String> directories = new ArrayList<>();
        unifiedMount.ifPresent(mount -> directories.add(ParentPath.under(mount, parent.get())));
        basesFor(parent).values().stream()
                .map(V1Base::directory)
                .distinct()
                .forEach(directories::add);
        return directories;
    }

    @Override
    public Cgroup adopt(List<String> paths) throws CgroupFailure {
        return new HybridBuilder(linux, "", bases, new Degradation(Enforcement.STRICT))
                .reopen(paths, unifiedMount, rules(bases, Enforcement.STRICT, true));
    }

    private static HybridCgroup.Rules rules(
            Map<Controller, V1Base> here, Enforcement enforcement, boolean container) {
        return new HybridCgroup.Rules(
                controller -> problem(here, controller), enforcement, container);
    }

    @Override
    public Cgroup create(String name, CgroupRequest request) {
        List<Setting> settings = V1Settings.of(request.limits(), Disks.on(linux));
        Degradation degradation = new Degradation(request.enforcement());
        Map<Controller, V1Base> here = basesFor(request.parent());
        List<Problem> problems = new ArrayList<>(V1Settings.impossible(request.limits()));
        Set<Controller> needed = V1Settings.neededBy(request.limits());
        boolean handle = request.killable() || request.container();
        Optional<V2Base> tree = handle ? unifiedFor(request) : Optional.empty();
        if (request.cpuAccounting()
                && !(tree.isPresent() && problem(here, Controller.CPUACCT).isPresent())) {
            needed.add(Controller.CPUACCT);
        }
        for (Controller controller : List.copyOf(needed)) {
            Optional<Problem> problem = problem(here, controller);
            if (problem.isPresent()) {
                problems.add(problem.get());
                needed.remove(controller);
            }
        }
        degradation.lacking(problems);
        Optional<DevicePolicy> policy = request.devices();
        Optional<Problem> noPolicy = problem(here, Controller.DEVICES);
        if (policy.isPresent() && noPolicy.isPresent()) {
            degradation.without(policy.get(), noPolicy.get().about("device policy"));
            policy = Optional.empty();
        }
        Set<Controller> welcome =
                request.container() ? welcome(here, tree) : EnumSet.noneOf(Controller.class);
        return new HybridBuilder(linux, name, here, degradation)
                .build(
                        settings,
                        needed,
                        welcome,
                        policy,
                        request.killable(),
                        tree,
                        rules(here, request.enforcement(), request.container()));
    }

    /**
     * What a container is to be changed and watched by: whatever there is. That includes blkio,
     * which once made disks slow for whoever joined it (runc #861): the CFQ scheduler did, which is
     * gone since Linux 5.0. BFQ still serves groups in turn, so plain runs join it for a limit
     * only.
     */
    private static Set<Controller> welcome(Map<Controller, V1Base> here, Optional<V2Base> tree) {
        Set<Controller> welcome = EnumSet.noneOf(Controller.class);
        for (Controller controller : Controller.limiting()) {
            if (problem(here, controller).isEmpty()) {
                welcome.add(controller);
            }
        }
        // The cgroup2 tree freezes without a controller, and what it froze can be killed.
        if (tree.isEmpty() && problem(here, Controller.FREEZER).isEmpty()) {
            welcome.add(Controller.FREEZER);
        }
        return welcome;
    }

    private Map<Controller, V1Base> basesFor(Optional<String> parent) {
        if (parent.isEmpty()) {
            return bases;
        }
        Map<V1Base, V1Base> moved = new HashMap<>();
        Map<Controller, V1Base> under = new EnumMap<>(Controller.class);
        bases.forEach((controller, base) ->
                under.put(
                        controller,
                        moved.computeIfAbsent(base, b -> b.under(linux, parent.get()))));
        return under;
    }

    private Optional<V2Base> unifiedFor(CgroupRequest request) {
        Optional<V2Base> base =
                request.parent().isEmpty()
                        ? unified
                        : unifiedMount.map(mount ->
                                V2Base.look(
                                        linux, ParentPath.under(mount, request.parent().get())));
        return base.filter(b -> b.blocked().isEmpty());
    }
}
