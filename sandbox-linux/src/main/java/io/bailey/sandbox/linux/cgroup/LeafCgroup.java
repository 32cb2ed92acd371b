package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.List;

/**
 * Takes this process out of the way of the groups it is to make: cgroup-v2.rst, "No Internal
 * Process Constraint". It goes into a group below its own, and its own may then hand controllers
 * down.
 */
final class LeafCgroup {
    static final String NAME = "bailey-jvm";

    private final Linux linux;
    private final String own;

    LeafCgroup(Linux linux, String own) {
        this.linux = linux;
        this.own = own;
    }

    /** Moves this process. */
    void enter() {
        requireAlone();
        String leaf = own + "/" + NAME;
        int made = linux.mkdirat(Linux.AT_FDCWD, leaf, 0755);
        if (made < 0 && made != -Errno.EEXIST) {
            throw refused("make " + leaf + ": " + Errno.name(-made), Fixes.forErrno(-made));
        }
        // "0" is the whole process that writes.
        int moved = KernelFile.write(linux, Linux.AT_FDCWD, leaf + "/cgroup.procs", "0");
        if (moved < 0) {
            linux.unlinkat(Linux.AT_FDCWD, leaf, Linux.AT_REMOVEDIR);
            throw refused(
                    "write " + leaf + "/cgroup.procs: " + Errno.name(-moved),
                    Fixes.forErrno(-moved));
        }
    }

    /** The others would be in the way after that too, and are not this process's to move. */
    private void requireAlone() {
        FileText members = KernelFile.read(linux, Linux.AT_FDCWD, own + "/cgroup.procs");
        if (!members.isRead()) {
            throw refused(
                    "read " + own + "/cgroup.procs: " + Errno.name(-members.result()),
                    Fixes.forErrno(-members.result()));
        }
        String self = Long.toString(ProcessHandle.current().pid());
        String others =
                String.join(", ", members.text().lines().filter(pid -> !pid.equals(self)).toList());
        if (!others.isEmpty()) {
            throw refused(
                    "other processes are in " + own + " and would still be in the way: " + others,
                    "start the JVM in a group of its own: systemd-run --user --scope -p Delegate=yes java …");
        }
    }

    static SandboxUnavailableException refused(String found, String fix) {
        return Degradation.unavailable(List.of(new Problem("leaf", found, fix)));
    }
}
