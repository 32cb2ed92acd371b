package io.bailey.sandbox;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The walls of a sandbox, apart from its namespaces. Each is described at the setter of the same
 * name in {@link Sandbox.Builder}.
 *
 * @param isolation how it is walled in
 * @param capabilities what its processes may have; immutable, in the order of the enum
 * @param seccomp which system calls they may make
 * @param landlock whether the kernel's rules on files are a second wall
 * @param devices devices beside the standard ones, at most 100; immutable
 * @since 0.1
 */
public record Security(
        Isolation isolation,
        Set<Capability> capabilities,
        SeccompProfile seccomp,
        Landlock landlock,
        List<Device> devices) {

    private static final int MAX_DEVICES = 100;

    /**
     * Creates a set of walls with copies of the collections.
     *
     * @throws SandboxConfigException if two values contradict each other
     */
    public Security {
        Objects.requireNonNull(isolation, "isolation");
        capabilities = Capability.immutable(capabilities);
        Objects.requireNonNull(seccomp, "seccomp");
        Objects.requireNonNull(landlock, "landlock");
        devices = List.copyOf(devices);
        checkDevices(devices);
        if (isolation == Isolation.UNPRIVILEGED) {
            checkUnprivileged(capabilities, seccomp, landlock, devices);
        }
    }

    /**
     * Returns the default walls.
     *
     * @return {@link Isolation#FULL} without capabilities, with {@link SeccompProfile#standard()}
     *     and {@link Landlock#REQUIRED}
     */
    public static Security standard() {
        return new Security(
                Isolation.FULL,
                Capability.NONE,
                SeccompProfile.standard(),
                Landlock.REQUIRED,
                List.of());
    }

    Security with(Isolation choice) {
        return new Security(choice, capabilities, seccomp, landlock, devices);
    }

    Security with(Set<Capability> choice) {
        return new Security(isolation, choice, seccomp, landlock, devices);
    }

    Security with(SeccompProfile choice) {
        return new Security(isolation, capabilities, choice, landlock, devices);
    }

    Security with(Landlock choice) {
        return new Security(isolation, capabilities, seccomp, choice, devices);
    }

    /** With one device more. */
    Security with(Device device) {
        List<Device> more = new ArrayList<>(devices);
        more.add(device);
        return new Security(isolation, capabilities, seccomp, landlock, more);
    }

    private static void checkDevices(List<Device> devices) {
        if (devices.size() > MAX_DEVICES) {
            throw new SandboxConfigException(
                    "device: " + devices.size() + " are too many; at most " + MAX_DEVICES);
        }
        Set<String> targets = new HashSet<>();
        for (Device device : devices) {
            if (!targets.add(device.target())) {
                throw new SandboxConfigException(
                        "device: two devices at " + Text.quote(device.target()));
            }
        }
    }

    private static void checkUnprivileged(
            Set<Capability> capabilities,
            SeccompProfile seccomp,
            Landlock landlock,
            List<Device> devices) {
        refuse("capabilities", capabilities, !capabilities.isEmpty(), "it has none to give");
        refuse("device", devices, !devices.isEmpty(), "it has no /dev of its own");
        refuse(
                "seccomp",
                seccomp,
                seccomp instanceof SeccompProfile.None,
                "it consists of seccomp and Landlock");
        refuse(
                "landlock",
                landlock,
                landlock != Landlock.REQUIRED,
                "it consists of seccomp and Landlock");
    }

    private static void refuse(String field, Object value, boolean refused, String why) {
        if (refused) {
            throw new SandboxConfigException(
                    field + ": " + value + " contradicts isolation UNPRIVILEGED: " + why);
        }
    }
}
