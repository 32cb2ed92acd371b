package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The JVM that {@link LeafCgroupTest} starts in a group of its own: enters the leaf and says so.
 */
final class LeafEntrant {
    private LeafEntrant() {}

    /** No arguments; waits for a line first. */
    public static void main(String[] args) throws IOException {
        int unused = System.in.read();
        Cgroups cgroups = Cgroups.discover(Linux.host());
        Limits limits = Requests.MEMORY_AND_PIDS;
        System.out.println("before " + limited(cgroups, limits));
        try {
            System.out.println("moved " + cgroups.enterLeaf());
        } catch (SandboxException refused) {
            System.out.println("refused " + refused.getMessage().replace('\n', ' '));
            return;
        }
        System.out.println("own " + Files.readString(Path.of("/proc/self/cgroup")).strip());
        System.out.println("after " + limited(cgroups, limits));
        System.out.println("again " + cgroups.enterLeaf());
    }

    private static boolean limited(Cgroups cgroups, Limits limits) {
        try (Cgroup cgroup = cgroups.create(Members.name(), Requests.strict(limits))) {
            return !cgroup.paths().isEmpty();
        } catch (SandboxException missing) {
            return false;
        }
    }
}
