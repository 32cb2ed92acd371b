package io.bailey.sandbox.linux.cgroup;

import static io.bailey.sandbox.linux.cgroup.DeviceRule.ALL;
import static io.bailey.sandbox.linux.cgroup.DeviceRule.ANY;
import static io.bailey.sandbox.linux.cgroup.DeviceRule.Kind.BLOCK;
import static io.bailey.sandbox.linux.cgroup.DeviceRule.Kind.CHARACTER;
import static io.bailey.sandbox.linux.cgroup.DeviceRule.MKNOD;

import java.util.ArrayList;
import java.util.List;

/**
 * Which devices the processes of a group may open or make: the standard ones, those of {@code
 * more}, and no other.
 *
 * @param more what was asked for beside {@link #STANDARD}
 * @param required whether there is to be no group without it; else it is a second wall, and is left
 *     out where it cannot be had
 */
public record DevicePolicy(List<DeviceRule> more, boolean required) {

    /**
     * Docker's, which are runc's AllowedDevices (libcontainer/specconv/spec_linux.go): nodes of any
     * device may be made, for archives have them, and these opened.
     */
    public static final List<DeviceRule> STANDARD =
            List.of(
                    new DeviceRule(CHARACTER, ANY, ANY, MKNOD),
                    new DeviceRule(BLOCK, ANY, ANY, MKNOD),
                    // null, zero, full, random, urandom
                    new DeviceRule(CHARACTER, 1, 3, ALL),
                    new DeviceRule(CHARACTER, 1, 5, ALL),
                    new DeviceRule(CHARACTER, 1, 7, ALL),
                    new DeviceRule(CHARACTER, 1, 8, ALL),
                    new DeviceRule(CHARACTER, 1, 9, ALL),
                    // tty, console, ptmx and the terminals behind it
                    new DeviceRule(CHARACTER, 5, 0, ALL),
                    new DeviceRule(CHARACTER, 5, 1, ALL),
                    new DeviceRule(CHARACTER, 5, 2, ALL),
                    new DeviceRule(CHARACTER, 136, ANY, ALL));

    public DevicePolicy {
        more = List.copyOf(more);
    }

    /** Every rule: what none of them grants is denied. */
    List<DeviceRule> rules() {
        List<DeviceRule> all = new ArrayList<>(STANDARD);
        all.addAll(more);
        return all;
    }

    /** Whether every sandbox may open this device for reading and writing. */
    public static boolean isStandard(DeviceRule.Kind kind, int major, int minor) {
        return STANDARD.stream()
                .anyMatch(rule ->
                        rule.grants(kind, DeviceRule.READ | DeviceRule.WRITE, major, minor));
    }
}
