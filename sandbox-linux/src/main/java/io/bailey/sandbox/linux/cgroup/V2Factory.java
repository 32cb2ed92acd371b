package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes groups in the one cgroup2 tree of the host. */
final class V2Factory implements CgroupFactory {
    static final List<Controller> CONTROLLERS =
            List.of(
                    Controller.MEMORY,
                    Controller.PIDS,
                    Controller.CPU,
                    Controller.CPUSET,
                    Controller.IO,
                    Controller.HUGETLB);

    private final Linux linux;
    private final String mountPoint;
    private final List<V2Base> bases;

    /**
     * @param mountPoint of the tree
     * @param own the directory of this process's group
     */
    V2Factory(Linux linux, String mountPoint, String own) {
        this.linux = linux;
        this.mountPoint = mountPoint;
        // The group above is the second choice: a delegated subtree with the JVM in a leaf.
        this.bases =
                own.equals(mountPoint)
                        ? List.of(V2Base.look(linux, own))
                        : List.of(
                                V2Base.look(linux, own),
                                V2Base.look(linux, own.substring(0, own.lastIndexOf('/'))));
    }

    @Override
    public Layout layout() {
        return Layout.V2;
    }

    @Override
    public List<ControllerReport> report() {
        List<ControllerReport> report = new ArrayList<>();
        for (Controller controller : CONTROLLERS) {
            Optional<V2Base> base = bases.stream().filter(b -> b.offers(controller)).findFirst();
            String name = controller.kernelName();
            Problem problem = bases.getFirst().problem(controller);
            report.add(
                    base.isPresent()
                            ? new ControllerReport(name, true, base.get().directory(), "", "")
                            : new ControllerReport(
                                    name,
                                    false,
                                    bases.getFirst().directory(),
                                    problem.found(),
                                    problem.fix()));
        }
        return report;
    }

    @Override
    public Optional<Problem> deviceObstacle() {
        boolean blocked = bases.stream().allMatch(base -> base.blocked().isPresent());
        return blocked
                ? bases.getFirst().blocked().map(problem -> problem.about("device policy"))
                : DeviceProgram.obstacle(linux);
    }

    @Override
    public List<String> bases() {
        return bases.stream().map(V2Base::directory).toList();
    }

    @Override
    public List<String> bases(Optional<String> parent) {
        return parent.map(path -> List.of(ParentPath.under(mountPoint, path)))
                .orElseGet(this::bases);
    }

    @Override
    public Cgroup adopt(List<String> paths) throws CgroupFailure {
        String path = paths.getFirst();
        GroupDirectory group = GroupDirectory.reopen(linux, path);
        // What it was granted is what the group above hands down.
        V2Base base = V2Base.look(linux, path.substring(0, path.lastIndexOf('/')));
        return new V2Cgroup(
                linux,
                group,
                new V2Cgroup.Granted(base.enabled(), base::problem, Enforcement.STRICT, true),
                List.of());
    }

    @Override
    public Cgroup create(String name, CgroupRequest request) {
        List<Setting> settings = V2Settings.of(request.limits(), Disks.on(linux));
        Degradation degradation = new Degradation(request.enforcement());
        List<V2Base> candidates =
                request.parent().isEmpty()
                        ? bases
                        : List.of(
                                V2Base.look(
                                        linux,
                                        ParentPath.under(mountPoint, request.parent().get())));
        Set<Controller> needed = Controller.neededBy(request.limits());
        Set<Controller> wanted = EnumSet.noneOf(Controller.class);
        wanted.addAll(needed);
        if (request.container()) {
            // To be changed later and watched: whatever there is.
            wanted.addAll(CONTROLLERS);
        }
        V2Base best = candidates.getFirst();
        Set<Controller> granted = EnumSet.noneOf(Controller.class);
        boolean found = false;
        for (V2Base base : candidates) {
            if (base.blocked().isPresent()) {
                continue;
            }
            Set<Controller> here = base.grant(linux, wanted);
            if (!found || here.size() > granted.size()) {
                best = base;
                granted = here;
                found = true;
            }
            if (here.size() == wanted.size()) {
                break;
            }
        }
        if (!found) {
            return new NoFactory(best.blocked().orElseThrow()).create(name, request);
        }
        degradation.lacking(missing(best, needed, granted));
        return make(best, name, settings, granted, request, degradation);
    }

    /**
     * Whether some controller that this process's group has can be given to no group that is made
     * here.
     */
    boolean isInTheWay() {
        for (Controller controller : bases.getFirst().available()) {
            if (bases.stream().noneMatch(base -> base.offers(controller))) {
                return true;
            }
        }
        return bases.getFirst().blocked().isPresent()
                && bases.stream().allMatch(base -> base.blocked().isPresent());
    }

    private static List<Problem> missing(
            V2Base base, Set<Controller> needed, Set<Controller> granted) {
        List<Problem> problems = new ArrayList<>();
        for (Controller controller : needed) {
            if (!granted.contains(controller)) {
                problems.add(base.problem(controller));
            }
        }
        return problems;
    }

    private Cgroup make(
            V2Base base,
            String name,
            List<Setting> settings,
            Set<Controller> granted,
            CgroupRequest request,
            Degradation degradation) {
        GroupDirectory group;
        try {
            group = GroupDirectory.make(linux, base.directory(), name);
        } catch (CgroupFailure failure) {
            if (failure.isRefusal()) {
                return new NoFactory(failure.problem("")).create(name, request);
            }
            throw failure.setupException();
        }
        try {
            SettingWriter writer = new SettingWriter(linux, degradation);
            for (Setting setting : settings) {
                if (granted.contains(setting.controller())) {
                    writer.write(group, setting);
                }
            }
            if (request.devices().isPresent()) {
                confine(group, request.devices().get(), degradation);
            }
            return new V2Cgroup(
                    linux,
                    group,
                    new V2Cgroup.Granted(
                            granted, base::problem, request.enforcement(), request.container()),
                    degradation.leftOut());
        } catch (RuntimeException | Error failed) {
            group.remove();
            throw failed;
        }
    }

    private void confine(GroupDirectory group, DevicePolicy policy, Degradation degradation) {
        try {
            DeviceProgram.attach(linux, group, policy.rules())
                    .ifPresent(problem -> degradation.without(policy, problem));
        } catch (CgroupFailure failure) {
            throw failure.setupException();
        }
    }
}
