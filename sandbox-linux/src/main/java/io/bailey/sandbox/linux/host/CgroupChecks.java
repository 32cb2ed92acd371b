package io.bailey.sandbox.linux.host;

import static io.bailey.sandbox.linux.host.Doctor.degraded;
import static io.bailey.sandbox.linux.host.Doctor.ok;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.linux.cgroup.ControllerReport;
import io.bailey.sandbox.linux.cgroup.Layout;
import io.bailey.sandbox.linux.sys.MountInfo;

import java.util.ArrayList;
import java.util.List;

/**
 * The control groups. Nothing here is missing altogether: a sandbox without limits runs without
 * them.
 */
final class CgroupChecks {
    private CgroupChecks() {}

    static List<Finding> of(Source source, Layout layout, List<ControllerReport> controllers) {
        List<Finding> findings = new ArrayList<>();
        findings.add(layout(source, layout));
        for (ControllerReport controller : controllers) {
            String check = "cgroup " + controller.controller();
            findings.add(
                    controller.usable()
                            ? ok(check, controller.where())
                            : degraded(check, controller.problem(), controller.fix()));
        }
        return findings;
    }

    /** A sandbox with a user namespace has no need of one, unless a device is to be read-only. */
    static Finding devicePolicy(ControllerReport devices) {
        return devices.usable()
                ? ok("device policy", "by " + devices.where())
                : degraded(
                        "device policy",
                        devices.problem()
                                + ": no read-only device, and no Capability.MKNOD with IdMap.HOST",
                        devices.fix());
    }

    private static Finding layout(Source source, Layout layout) {
        return switch (layout) {
            case V2 -> ok("cgroups", "v2" + dynamicModifications(source));
            case HYBRID ->
                    degraded(
                            "cgroups",
                            "controllers are bound to v1: limits are applied there, a group per controller; no memoryHigh, no memoryLow",
                            "boot with systemd.unified_cgroup_hierarchy=1 (WSL2: kernelCommandLine=cgroup_no_v1=all)");
            case NONE ->
                    degraded(
                            "cgroups",
                            "no cgroup file system in sight: no limit can be given",
                            "mount a cgroup2 file system on /sys/fs/cgroup");
        };
    }

    /**
     * With it, moving a process between groups does not wait for a grace period: cgroup-v2.rst,
     * "favordynmods".
     */
    private static String dynamicModifications(Source source) {
        for (MountInfo mount : MountInfo.parse(source.read("/proc/self/mountinfo"))) {
            if (mount.type().equals("cgroup2") && mount.hasSuperOption("favordynmods")) {
                return ", favordynmods";
            }
        }
        return "";
    }
}
