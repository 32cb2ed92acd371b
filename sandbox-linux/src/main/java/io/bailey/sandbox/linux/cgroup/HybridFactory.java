package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.EnumMap;
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
                                    + name
                                    + "), or boot with systemd.unified_cgroup_hierarchy=1"));
        }
        return base.blocked().map(problem -> problem.about(controller.kernelName()));
    }

    @Override
    public Cgroup create(String name, CgroupRequest request) {
        List<Setting> settings = V1Settings.of(request.limits());
        Degradation degradation = new Degradation(request.enforcement());
        Map<Controller, V1Base> here = basesFor(request);
        List<Problem> problems = new ArrayList<>(V1Settings.impossible(request.limits()));
        Set<Controller> needed = Controller.neededBy(request.limits());
        if (request.limits().memory().isEmpty()) {
            needed.remove(Controller.MEMORY);
        }
        boolean inUnified = request.killable() && unifiedFor(request).isPresent();
        if (request.cpuAccounting()
                && !(inUnified && problem(here, Controller.CPUACCT).isPresent())) {
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
        return new HybridBuilder(linux, name, here, degradation)
                .build(settings, needed, policy, request.killable(), unifiedFor(request));
    }

    private Map<Controller, V1Base> basesFor(CgroupRequest request) {
        if (request.parent().isEmpty()) {
            return bases;
        }
        Map<V1Base, V1Base> moved = new HashMap<>();
        Map<Controller, V1Base> under = new EnumMap<>(Controller.class);
        bases.forEach((controller, base) ->
                under.put(
                        controller,
                        moved.computeIfAbsent(base, b -> b.under(linux, request.parent().get()))));
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
