package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Kills what is in a group one by one, for hierarchies without {@code cgroup.kill}. */
final class ProcessKiller {
    private static final int SIGKILL = 9;
    private static final int BATCH = 256;

    /** A fork bomb may outrun it for a while: with a process limit it loses within a few rounds. */
    private static final int MAX_ROUNDS = 200;

    private static final long PAUSE_NANOS = 100_000;

    private final Linux linux;
    private final GroupDirectory group;

    ProcessKiller(Linux linux, GroupDirectory group) {
        this.linux = linux;
        this.group = group;
    }

    /** One round, for members that do not run: none of them makes another meanwhile. */
    void killFrozen() {
        List<Integer> pids = members();
        for (int from = 0; from < pids.size(); from += BATCH) {
            kill(pids.subList(from, Math.min(from + BATCH, pids.size())));
        }
    }

    void killAll() {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            List<Integer> pids = members();
            if (pids.isEmpty()) {
                return;
            }
            kill(pids.subList(0, Math.min(BATCH, pids.size())));
            // The killed leave the list only when they have run once more; no event tells of it on
            // v1.
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /**
     * A number in the list may belong to another process by the time it is signaled. So each is
     * pinned by a descriptor first, and signaled only if its number is in the list still: then what
     * was pinned is a member, or dead.
     */
    private void kill(List<Integer> pids) {
        List<Integer> pidfds = new ArrayList<>(pids.size());
        for (int pid : pids) {
            pidfds.add(linux.pidfdOpen(pid));
        }
        Set<Integer> still = new HashSet<>(members());
        for (int i = 0; i < pids.size(); i++) {
            int pidfd = pidfds.get(i);
            if (pidfd < 0) {
                continue;
            }
            if (still.contains(pids.get(i))) {
                linux.pidfdSendSignal(pidfd, SIGKILL);
            }
            linux.close(pidfd);
        }
    }

    /** Process ids seen from this process's PID namespace; 0 stands for one outside it. */
    private List<Integer> members() {
        FileText procs = group.read("cgroup.procs");
        List<Integer> pids = new ArrayList<>();
        for (String line : procs.text().split("\n", -1)) {
            if (!line.isEmpty() && !line.equals("0")) {
                pids.add(Integer.parseInt(line));
            }
        }
        return pids;
    }
}
