package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.MountInfo;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The groups this process is in, from /proc/self/cgroup: cgroups(7).
 *
 * @param unified its path in the cgroup2 tree, if there is one
 * @param v1 its path in the v1 hierarchy of each controller, by controller name
 */
record OwnCgroups(Optional<String> unified, Map<String, String> v1) {

    static OwnCgroups parse(String text) {
        Optional<String> unified = Optional.empty();
        Map<String, String> v1 = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            int first = line.indexOf(':');
            int second = line.indexOf(':', first + 1);
            if (first < 0 || second < 0) {
                continue;
            }
            String controllers = line.substring(first + 1, second);
            String path = line.substring(second + 1);
            if (controllers.isEmpty()) {
                unified = Optional.of(path);
            } else {
                for (String controller : controllers.split(",", -1)) {
                    v1.put(controller, path);
                }
            }
        }
        return new OwnCgroups(unified, Map.copyOf(v1));
    }

    /**
     * The directory of the group {@code path} in the hierarchy mounted as {@code mount}. Empty when
     * it is not visible: the mount shows another part of the tree, or the process was moved out of
     * its cgroup namespace ("/../…").
     */
    static Optional<String> directory(MountInfo mount, String path) {
        if (path.startsWith("/..")) {
            return Optional.empty();
        }
        if (mount.root().equals("/")) {
            return Optional.of(join(mount.mountPoint(), path));
        }
        boolean beneath = path.equals(mount.root()) || path.startsWith(mount.root() + "/");
        return beneath
                ? Optional.of(join(mount.mountPoint(), path.substring(mount.root().length())))
                : Optional.empty();
    }

    /** {@code path}, absolute in a tree, beneath the directory {@code base}. */
    static String join(String base, String path) {
        return path.isEmpty() || path.equals("/") ? base : base + path;
    }
}
