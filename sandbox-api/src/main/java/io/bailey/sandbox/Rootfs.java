package io.bailey.sandbox;

import io.bailey.sandbox.image.Image;

import java.nio.file.Path;

/**
 * The root file system of a sandbox.
 *
 * @since 0.1
 */
public sealed interface Rootfs permits Rootfs.Host, Rootfs.Directory, Image {

    /**
     * Returns the tree of this host: read-only, with a private {@code /tmp}, {@code /proc} and
     * {@code /dev}. Needs no image; the default. What the user behind the sandbox may read on the
     * host, the sandbox may read too.
     *
     * <p>Before Linux 7.1 (Landlock ABI 9) it may also connect to the Unix sockets that lie in this
     * tree ({@code /var/lib}, {@code /opt}, {@code /home} and so on) and that the user behind the
     * sandbox may connect to. Under a root JVM those are the ones open to everyone (mode 0777, in
     * directories anyone may enter); under an ordinary user's JVM that user's own too, such as the
     * socket of an agent that holds keys. {@link Network#NONE} does not keep it from that: a socket
     * with a path is a file. {@link Sandbox#doctor()} says which ABI runs; a private directory
     * mounted over the place ({@link Mount#tmpfs}), or another root, keeps such a socket out of
     * reach.
     *
     * @return the host's tree
     */
    static Rootfs host() {
        return new Host();
    }

    /**
     * Returns a directory of this host that holds a whole root file system.
     *
     * @param path the directory; made absolute. Whether it exists is checked when the sandbox is
     *     built
     * @return that directory as a root
     * @throws SandboxConfigException if the path is {@code /} (see {@link #host()}) or not in the
     *     default file system
     */
    static Rootfs directory(Path path) {
        return new Directory(path);
    }

    /**
     * The tree of this host.
     *
     * @since 0.1
     */
    record Host() implements Rootfs {
        /** Returns {@code "the host's tree"}. */
        @Override
        public String toString() {
            return "the host's tree";
        }
    }

    /**
     * A directory of this host.
     *
     * @param path the directory, absolute
     * @since 0.1
     */
    record Directory(Path path) implements Rootfs {

        /**
         * Creates a root of a directory.
         *
         * @throws SandboxConfigException if the path is {@code /} or not in the default file system
         */
        public Directory {
            path = InsidePath.onHost("rootfs", path);
            if (path.normalize().getNameCount() == 0) {
                throw new SandboxConfigException(
                        "rootfs: \"/\" is the host's own root; use Rootfs.host()");
            }
        }

        /** Returns the path. */
        @Override
        public String toString() {
            return path.toString();
        }
    }
}
