package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Errno;

/** Device policies of the v1 {@code devices} controller: cgroup-v1/devices.rst. */
final class DeviceFiles {
    private DeviceFiles() {}

    /** Denies all, then allows what the policy does. */
    static void write(GroupDirectory group, DevicePolicy policy) throws CgroupFailure {
        check(group.write("devices.deny", "a"), group, "devices.deny", "a");
        for (DeviceRule rule : DevicePolicy.STANDARD) {
            int r = group.write("devices.allow", rule.toString());
            // EPERM: the group above lacks it, so nobody below can have it. What nobody asked for
            // by name is then denied here too.
            if (r != -Errno.EPERM) {
                check(r, group, "devices.allow", rule.toString());
            }
        }
        for (DeviceRule rule : policy.more()) {
            int r = group.write("devices.allow", rule.toString());
            check(r, group, "devices.allow", rule.toString());
        }
    }

    private static void check(int result, GroupDirectory group, String file, String value)
            throws CgroupFailure {
        if (result < 0) {
            String path = group.path() + "/" + file;
            throw new CgroupFailure("write \"" + value + "\" to", -result, path);
        }
    }
}
