package io.bailey.sandbox.linux.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A host, or a container on it, that shows this process no control groups. */
record NoFactory(Problem reason) implements CgroupFactory {

    @Override
    public Layout layout() {
        return Layout.NONE;
    }

    @Override
    public List<ControllerReport> report() {
        List<ControllerReport> report = new ArrayList<>();
        for (Controller controller : V2Factory.CONTROLLERS) {
            report.add(
                    new ControllerReport(
                            controller.kernelName(), false, "", reason.found(), reason.fix()));
        }
        return report;
    }

    @Override
    public Optional<Problem> deviceObstacle() {
        return Optional.of(reason.about("device policy"));
    }

    @Override
    public List<String> bases() {
        return List.of();
    }

    @Override
    public List<String> bases(Optional<String> parent) {
        return List.of();
    }

    @Override
    public Cgroup adopt(List<String> paths) {
        throw Degradation.unavailable(List.of(reason.about("group " + paths.getFirst())));
    }

    @Override
    public Cgroup create(String name, CgroupRequest request) {
        if (request.killable()) {
            throw Degradation.unavailable(
                    List.of(reason.about("to kill a sandbox without PID namespace")));
        }
        Degradation degradation = new Degradation(request.enforcement());
        List<Problem> problems = new ArrayList<>();
        for (Controller controller : Controller.neededBy(request.limits())) {
            problems.add(reason.about(controller.kernelName()));
        }
        if (request.cpuAccounting()) {
            problems.add(reason.about("CPU time"));
        }
        degradation.lacking(problems);
        if (request.devices().isPresent()) {
            degradation.without(request.devices().get(), reason.about("device policy"));
        }
        return new NoCgroup(degradation.leftOut());
    }
}
