package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.image.Claim;
import io.bailey.sandbox.linux.mount.HostTrees;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * One image, mounted read-only for all sandboxes that have it: a detached mount that is gone with
 * the last of its users, or with the JVM. What it is made of stays in its store as long.
 */
final class ImageRoot {
    private final String name;
    private final Linux linux;
    private final HostTrees trees;
    private final Fd mount;
    private final Supplier<HostTrees.Attempt> anew;
    private final Claim claim;

    /** Begins with one: the cache's own. */
    private final AtomicInteger users = new AtomicInteger(1);

    /**
     * @param anew makes such a mount once more
     */
    ImageRoot(
            String name,
            Linux linux,
            HostTrees trees,
            Fd mount,
            Supplier<HostTrees.Attempt> anew,
            Claim claim) {
        this.name = name;
        this.linux = linux;
        this.trees = trees;
        this.mount = mount;
        this.anew = anew;
        this.claim = claim;
    }

    /** One more user, unless the last has gone. */
    boolean retain() {
        return users.updateAndGet(n -> n == 0 ? 0 : n + 1) != 0;
    }

    /** One user less. */
    void release() {
        if (users.decrementAndGet() == 0) {
            mount.close();
            claim.close();
        }
    }

    /** A mount for one sandbox, which takes it over. */
    HostTrees.Attempt forOne() {
        HostTrees.Attempt clone = trees.cloneOf(mount);
        // Before Linux 6.15 a detached mount cannot be cloned: each sandbox gets one made for it.
        return clone.result() == -Errno.EINVAL ? anew.get() : clone;
    }

    /** A descriptor of its root, which the caller closes. */
    int open() {
        return linux.openat(mount.number(), ".", Linux.O_PATH | Linux.O_DIRECTORY, 0);
    }

    @Override
    public String toString() {
        return name;
    }
}
