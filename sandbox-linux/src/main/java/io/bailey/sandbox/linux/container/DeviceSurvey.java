package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Device;
import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Finding;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.cgroup.ControllerReport;
import io.bailey.sandbox.linux.cgroup.DevicePolicy;
import io.bailey.sandbox.linux.cgroup.DeviceRule;
import io.bailey.sandbox.linux.cgroup.DeviceRule.Kind;
import io.bailey.sandbox.linux.mount.DeviceDirectory;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;
import io.bailey.sandbox.linux.sys.Stat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The devices of a spec as they are on this host, and the policy that goes with them.
 *
 * @param nodes each device, and what its node was when the sandbox was built
 */
record DeviceSurvey(Map<Device, Stat> nodes) {
    static final DeviceSurvey NONE = new DeviceSurvey(Map.of());

    private static final int RESOLVE_NO_MAGICLINKS = 0x02;

    DeviceSurvey {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    }

    static DeviceSurvey of(Linux linux, Cgroups cgroups, SandboxSpec spec) {
        Map<Device, Stat> nodes = new LinkedHashMap<>();
        for (Device device : spec.security().devices()) {
            checkTarget(device, spec);
            nodes.put(device, node(linux, device));
        }
        DeviceSurvey survey = new DeviceSurvey(nodes);
        survey.checkReadOnly(cgroups);
        return survey;
    }

    /** Mounts are made in their order, after the devices: one on /dev hides all of them. */
    private static void checkTarget(Device device, SandboxSpec spec) {
        if (DeviceDirectory.isTaken(name(device))) {
            throw new SandboxConfigException(
                    "device target "
                            + device.target()
                            + " is in every sandbox already; choose another name, or leave it out");
        }
        for (Mount mount : spec.mounts()) {
            if ((device.target() + "/").startsWith(mount.target() + "/")) {
                throw new SandboxConfigException(
                        "device target "
                                + device.target()
                                + " would be hidden by the mount on "
                                + mount.target()
                                + "; leave that mount out, or mount below /dev only what the device is not"
                                + " in");
            }
        }
    }

    /**
     * Links are followed, for the names of udev are some, but not to what this process happens to
     * have open.
     */
    private static Stat node(Linux linux, Device device) {
        String source = device.source().toString();
        int fd = linux.openat2(Linux.AT_FDCWD, source, Linux.O_PATH, 0, RESOLVE_NO_MAGICLINKS);
        if (fd < 0) {
            throw new SandboxConfigException(
                    "device "
                            + source
                            + " cannot be used: "
                            + Errno.name(-fd)
                            + "; "
                            + Shortage.or(-fd, "it must be a node this process can reach"));
        }
        Stat stat = linux.stat(fd, "", Linux.AT_EMPTY_PATH);
        linux.close(fd);
        if (!stat.isCharacterDevice() && !stat.isBlockDevice()) {
            throw new SandboxConfigException(
                    "device " + source + " is neither a character nor a block device");
        }
        return stat;
    }

    /** A read-only mount does not keep anyone from writing to a device: only a policy does. */
    private void checkReadOnly(Cgroups cgroups) {
        List<Device> readOnly =
                nodes.keySet().stream().filter(device -> !device.writable()).toList();
        if (readOnly.isEmpty()) {
            return;
        }
        readOnly.forEach(this::refuseIfWritable);
        ControllerReport policy = cgroups.devicePolicy();
        if (!policy.usable()) {
            throw new SandboxUnavailableException(List.of(noPolicy(policy)));
        }
    }

    private void refuseIfWritable(Device device) {
        DeviceRule rule = rule(device);
        boolean elsewhere =
                nodes.keySet().stream()
                        .anyMatch(other -> other.writable() && isSame(rule, rule(other)));
        if (elsewhere || DevicePolicy.isStandard(rule.kind(), rule.major(), rule.minor())) {
            throw new SandboxConfigException(
                    "device "
                            + device.source()
                            + " cannot be read-only: the sandbox may write to the same device ("
                            + rule.major()
                            + ":"
                            + rule.minor()
                            + ") under another name");
        }
    }

    private static Finding noPolicy(ControllerReport policy) {
        return new Finding(
                "read-only device",
                Finding.Status.MISSING,
                "only a device policy keeps a sandbox from writing to a device, and none can be given: "
                        + policy.problem(),
                policy.fix()
                        + "; or take writing away from the node itself, and ask for it writable");
    }

    private static boolean isSame(DeviceRule one, DeviceRule other) {
        return one.kind() == other.kind()
                && one.major() == other.major()
                && one.minor() == other.minor();
    }

    /** The names in /dev. */
    List<String> names() {
        return nodes.keySet().stream().map(DeviceSurvey::name).toList();
    }

    private static String name(Device device) {
        return device.target().substring(device.target().lastIndexOf('/') + 1);
    }

    /**
     * With the host's ids CAP_MKNOD is the host's too. In a user namespace it makes no node
     * (vfs_mknod, fs/namei.c), and there a policy is needed for read-only devices only.
     */
    Optional<DevicePolicy> policy(SandboxSpec spec) {
        boolean hostIds =
                spec.security().isolation() == Isolation.FULL
                        && !spec.namespaces().contains(Namespace.USER);
        boolean readOnly = nodes.keySet().stream().anyMatch(device -> !device.writable());
        if (!hostIds && !readOnly) {
            return Optional.empty();
        }
        boolean mknod =
                hostIds
                        && spec.security().capabilities().contains(Capability.MKNOD)
                        && spec.enforcement() == Enforcement.STRICT;
        List<DeviceRule> rules = nodes.keySet().stream().map(this::rule).toList();
        return Optional.of(new DevicePolicy(rules, readOnly || mknod));
    }

    private DeviceRule rule(Device device) {
        Stat node = nodes.getOrDefault(device, Stat.failed(-Errno.ENODEV));
        return new DeviceRule(
                node.isBlockDevice() ? Kind.BLOCK : Kind.CHARACTER,
                node.major(),
                node.minor(),
                DeviceRule.READ | (device.writable() ? DeviceRule.WRITE : 0));
    }
}
