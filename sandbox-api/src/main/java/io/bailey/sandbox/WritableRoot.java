package io.bailey.sandbox;

/**
 * What happens to writes below the root of a sandbox. Mounts have their own rule, see {@link
 * Mount}.
 *
 * @since 0.1
 */
public enum WritableRoot {

    /**
     * A thin writable layer over a read-only root, thrown away with the sandbox; its size is
     * bounded by {@link Sandbox.Builder#writableRootSize(MemorySize)}. The default, except for
     * {@link Rootfs#host()}.
     */
    OVERLAY,

    /** Every write fails with {@code EROFS}. The default for {@link Rootfs#host()}. */
    READ_ONLY,

    /**
     * Writes go to the directory itself and stay there, missing mount points such as {@code /proc}
     * among them. Under a root JVM the directory's owners are the sandbox's, as {@link
     * Mount#readWrite} describes. Refused for {@link Rootfs#host()}.
     */
    DIRECT
}
