package io.bailey.sandbox.linux.mount;

import io.bailey.sandbox.linux.program.Binding;

/** Where a piece of the host's file tree comes from. */
public sealed interface TreeSource {

    /**
     * A detached mount that a privileged JVM made and hands over by descriptor, attributes already
     * set.
     */
    record Detached(Binding fd) implements TreeSource {}

    /**
     * A path of the host that the child opens itself, as the unprivileged user who asked, before it
     * leaves the host's tree: such a user's JVM may not make mounts.
     *
     * @param path resolved as the host has it
     * @param beneath what lies beneath that, where no symbolic link is followed; empty for the path
     *     itself
     */
    record HostPath(String path, String beneath) implements TreeSource {
        public HostPath(String path) {
            this(path, "");
        }

        /** The two as one path. */
        @Override
        public String toString() {
            return beneath.isEmpty() ? path : path + "/" + beneath;
        }
    }
}
