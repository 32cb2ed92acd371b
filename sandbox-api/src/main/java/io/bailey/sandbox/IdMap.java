package io.bailey.sandbox;

/**
 * Which ids of the host stand behind the user and group ids of a sandbox, see {@code
 * user_namespaces(7)}.
 *
 * @since 0.1
 */
public enum IdMap {

    /**
     * What this JVM may do without help. A JVM that runs as root maps the sandbox's ids to a range
     * of 65,536 unprivileged host ids, picked automatically; an ordinary user maps one id, as
     * {@link #SINGLE}. The default.
     */
    AUTO,

    /**
     * One id: root in the sandbox is the user of this JVM on the host, and there is no other. Under
     * a root JVM it is an unprivileged id, picked automatically.
     */
    SINGLE,

    /**
     * The first range that {@code /etc/subuid} and that {@code /etc/subgid} gives to the user of
     * this JVM, mapped by {@code newuidmap(1)} and {@code newgidmap(1)}. Under a root JVM, who
     * needs neither, it is the range of {@link #AUTO}.
     */
    SUBORDINATE,

    /**
     * No user namespace: the ids of the host, shared as they are. Under a root JVM, root in the
     * sandbox is root on the host; the caller says so by this name.
     */
    HOST
}
