package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Limits;

import java.util.Optional;

/**
 * What one group has to do.
 *
 * @param limits the limits to write before the first process is in it
 * @param cpuAccounting whether CPU time must be readable
 * @param killable whether {@link Cgroup#kill()} must reach every process (no PID namespace does it)
 * @param enforcement what to do about a limit this host cannot give
 * @param devices which devices its processes may use; empty for no rule of its own
 * @param parent the group to make it under instead of the one found, as a path below the cgroup2
 *     mount
 * @param container whether it is to be updated, frozen and watched too: every controller there is
 *     is welcome
 */
public record CgroupRequest(
        Limits limits,
        boolean cpuAccounting,
        boolean killable,
        Enforcement enforcement,
        Optional<DevicePolicy> devices,
        Optional<String> parent,
        boolean container) {

    /** That of a run. */
    public CgroupRequest(
            Limits limits,
            boolean cpuAccounting,
            boolean killable,
            Enforcement enforcement,
            Optional<DevicePolicy> devices,
            Optional<String> parent) {
        this(limits, cpuAccounting, killable, enforcement, devices, parent, false);
    }

    /** The same with other limits. */
    public CgroupRequest with(Limits others) {
        return new CgroupRequest(
                others, cpuAccounting, killable, enforcement, devices, parent, container);
    }

    /** Nothing at all is asked: no group is made. */
    public boolean isEmpty() {
        return !cpuAccounting && !killable && limits.isEmpty() && devices.isEmpty() && !container;
    }
}
