package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.SandboxConfigException;

/** The group a caller wants its sandboxes under, as a path in the cgroup tree. */
final class ParentPath {
    private ParentPath() {}

    /** Its directory in the hierarchy mounted at {@code mountPoint}, which it does not leave. */
    static String under(String mountPoint, String parent) {
        String path = parent.startsWith("/") ? parent : "/" + parent;
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        if ((path + "/").contains("/../") || path.indexOf('\0') >= 0) {
            throw new SandboxConfigException(
                    "cgroupParent: \"" + parent + "\" leads out of the cgroup tree");
        }
        return OwnCgroups.join(mountPoint, path);
    }
}
