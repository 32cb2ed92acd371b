package io.bailey.sandbox.linux.cgroup;

import java.util.List;
import java.util.Optional;

/** One way of making groups, per layout of the host. */
sealed interface CgroupFactory permits V2Factory, HybridFactory, NoFactory {
    Layout layout();

    List<ControllerReport> report();

    /** Why no {@link DevicePolicy} can be given here; empty if one can. */
    Optional<Problem> deviceObstacle();

    Cgroup create(String name, CgroupRequest request);
}
