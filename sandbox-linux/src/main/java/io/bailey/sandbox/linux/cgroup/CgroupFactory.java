package io.bailey.sandbox.linux.cgroup;

import java.util.List;
import java.util.Optional;

/** One way of making groups, per layout of the host. */
sealed interface CgroupFactory permits V2Factory, HybridFactory, NoFactory {
    Layout layout();

    List<ControllerReport> report();

    /** Why no {@link DevicePolicy} can be given here; empty if one can. */
    Optional<Problem> deviceObstacle();

    /** The groups that this makes groups in. */
    List<String> bases();

    /** The groups that it may make one in whose parent this is to be, or its own choice. */
    List<String> bases(Optional<String> parent);

    /** The group whose directories these are, all of them. */
    Cgroup adopt(List<String> paths) throws CgroupFailure;

    Cgroup create(String name, CgroupRequest request);
}
