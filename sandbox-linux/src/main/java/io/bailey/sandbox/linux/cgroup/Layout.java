package io.bailey.sandbox.linux.cgroup;

/** How this host arranges its control groups. */
public enum Layout {
    /** One cgroup2 tree with the controllers. */
    V2,
    /**
     * Controllers bound to v1 hierarchies, perhaps with a cgroup2 tree without controllers beside
     * them.
     */
    HYBRID,
    /** No control groups this process can see. */
    NONE
}
