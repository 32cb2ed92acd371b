package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What sandboxes could leave behind, counted.
 *
 * @param mounts in this process's mount namespace
 * @param cgroups made by this JVM
 * @param descriptors open in this JVM
 * @param threads platform threads of this JVM
 */
record Leftovers(long mounts, long cgroups, long descriptors, long threads) {
    private static final int DEPTH = 8;

    static Leftovers count() throws IOException {
        return new Leftovers(
                lines(Path.of("/proc/self/mountinfo")),
                cgroupDirectories(),
                entries(Path.of("/proc/self/fd")),
                ManagementFactory.getThreadMXBean().getThreadCount());
    }

    private static long lines(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        }
    }

    private static long entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        }
    }

    private static long cgroupDirectories() throws IOException {
        String prefix = "bailey-" + ProcessHandle.current().pid() + "-";
        // Other people's groups come and go meanwhile: File.listFiles passes over what has gone.
        return below(new java.io.File("/sys/fs/cgroup"), prefix, DEPTH);
    }

    private static long below(java.io.File directory, String prefix, int depth) {
        java.io.File[] children =
                depth == 0 ? null : directory.listFiles(java.io.File::isDirectory);
        if (children == null) {
            return 0;
        }
        long found = 0;
        for (java.io.File child : children) {
            found += (child.getName().startsWith(prefix) ? 1 : 0) + below(child, prefix, depth - 1);
        }
        return found;
    }
}
