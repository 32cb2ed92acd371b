package io.bailey.sandbox;

/**
 * How the sandbox leaves the root file system of the host.
 *
 * @since 0.1
 */
public enum RootChange {

    /**
     * {@code pivot_root(2)}, then the old root is unmounted: nothing of the host's tree stays
     * reachable. The default.
     */
    PIVOT_ROOT,

    /**
     * {@code chroot(2)}: weaker, because the host's mounts stay in the sandbox's mount namespace.
     * For hosts whose root is an initramfs, which {@code pivot_root(2)} refuses with {@code
     * EINVAL}.
     */
    CHROOT
}
