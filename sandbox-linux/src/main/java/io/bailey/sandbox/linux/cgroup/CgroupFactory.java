package io.bailey.sandbox.linux.cgroup;

import java.util.List;

/** One way of making groups, per layout of the host. */
sealed interface CgroupFactory permits V2Factory, HybridFactory, NoFactory {
    Layout layout();

    List<ControllerReport> report();

    Cgroup create(String name, CgroupRequest request);
}
