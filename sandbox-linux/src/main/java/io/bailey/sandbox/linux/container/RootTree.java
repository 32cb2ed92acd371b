package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.mount.HostTrees;
import io.bailey.sandbox.linux.mount.TreeSource;

/** Where the root of a sandbox comes from on the host. */
sealed interface RootTree {

    /** A descriptor (O_PATH) of it, which the caller closes, or −errno. */
    int open(HostTrees trees);

    /** Nobody starts a sandbox on it any more. */
    void release();

    /** A path: the host's own tree, a directory, or an image that lies in one. */
    record AtPath(TreeSource.HostPath path, Runnable onRelease) implements RootTree {
        AtPath(TreeSource.HostPath path) {
            this(path, () -> {});
        }

        @Override
        public int open(HostTrees trees) {
            return trees.open(path);
        }

        @Override
        public void release() {
            onRelease.run();
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** An image that is mounted already, in no mount table. */
    record Mounted(ImageRoot image) implements RootTree {
        @Override
        public int open(HostTrees trees) {
            return image.open();
        }

        @Override
        public void release() {
            image.release();
        }

        @Override
        public String toString() {
            return image.toString();
        }
    }
}
