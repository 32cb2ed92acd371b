package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

import java.util.Optional;

/**
 * Who owns a group, written into its name: {@code bailey-<pid>-<start time>-<pid namespace>-<id>}.
 * A process number alone is somebody else's one day, and another namespace has its own numbers.
 *
 * @param pid of the owner, in its own PID namespace
 * @param startTime of the owner in clock ticks since boot, proc_pid_stat(5)
 * @param namespace the inode number of that namespace
 */
record GroupName(long pid, long startTime, long namespace) {
    private static final String PREFIX = "bailey-";
    private static final String DETACHED = PREFIX + "detached-";

    /** Of the fields behind the name of the program, which ends with the last ")". */
    private static final int START_TIME = 19;

    /** This process, for its whole life. */
    private static final class Self {
        static final GroupName NAME = look(Linux.host());

        private static GroupName look(Linux linux) {
            String stat = KernelFile.read(linux, Linux.AT_FDCWD, "/proc/self/stat").text();
            return new GroupName(
                    ProcessHandle.current().pid(),
                    startTime(stat).orElse(0L),
                    ownNamespace(linux).orElse(0L));
        }
    }

    static GroupName self() {
        return Self.NAME;
    }

    /** A name of a group of this owner's. */
    String of(String id) {
        return PREFIX + pid + "-" + startTime + "-" + namespace + "-" + id;
    }

    /** A name of a group that outlives whoever makes it. */
    static String detached(String id) {
        return DETACHED + id;
    }

    /** Whether Bailey makes groups that are called so. */
    static boolean isOurs(String name) {
        return name.startsWith(PREFIX);
    }

    /** The owner of the group {@code name}; empty if it is not such a name. */
    static Optional<GroupName> parse(String name) {
        if (!name.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String[] words = name.substring(PREFIX.length()).split("-", 4);
        if (words.length < 4 || words[3].isEmpty()) {
            return Optional.empty();
        }
        Optional<Long> pid = number(words[0]);
        Optional<Long> start = number(words[1]);
        Optional<Long> namespace = number(words[2]);
        return pid.isPresent() && start.isPresent() && namespace.isPresent()
                ? Optional.of(new GroupName(pid.get(), start.get(), namespace.get()))
                : Optional.empty();
    }

    /**
     * Whether the owner certainly does not live any more. Of another namespace's nothing is known;
     * with hidepid, /proc shows only one's own, so the number is asked for first.
     */
    boolean isDead(Linux linux) {
        if (ownNamespace(linux).filter(own -> own == namespace).isEmpty()
                || startTime == 0
                || pid > Integer.MAX_VALUE) {
            return false;
        }
        int pidfd = linux.pidfdOpen((int) pid);
        if (pidfd < 0) {
            return pidfd == -Errno.ESRCH;
        }
        try {
            // A zombie whose parent does not wait for it has ended all the same.
            if (linux.pollIn(new int[] {pidfd}, 1, 0) > 0) {
                return true;
            }
            FileText stat = KernelFile.read(linux, Linux.AT_FDCWD, "/proc/" + pid + "/stat");
            Optional<Long> started = stat.isRead() ? startTime(stat.text()) : Optional.empty();
            return started.isPresent() && started.get() != startTime;
        } finally {
            linux.close(pidfd);
        }
    }

    private static Optional<Long> ownNamespace(Linux linux) {
        Stat stat = linux.stat(Linux.AT_FDCWD, "/proc/self/ns/pid", 0);
        return stat.result() < 0 ? Optional.empty() : Optional.of(stat.inode());
    }

    private static Optional<Long> startTime(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        return fields.length > START_TIME ? number(fields[START_TIME]) : Optional.empty();
    }

    private static Optional<Long> number(String word) {
        var number = CgroupText.number(word);
        boolean whole = number.isPresent() && Long.toString(number.getAsLong()).equals(word);
        return whole ? Optional.of(number.getAsLong()) : Optional.empty();
    }
}
