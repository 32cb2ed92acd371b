package io.bailey.sandbox;

/**
 * Which network a sandbox sees.
 *
 * @since 0.1
 */
public enum Network {

    /**
     * A network namespace of its own with nothing but a loopback device. The default.
     *
     * <p>Unix sockets with a path are files, not part of a network: with {@link Rootfs#host()},
     * before Linux 7.1, what the user behind the sandbox may connect to there it may, too.
     */
    NONE,

    /**
     * The network of the host, shared as it is, without a namespace: every local port is reachable.
     * So is every abstract socket where there is no Landlock (ABI 6, Linux 6.12) to keep from them.
     */
    HOST
}
