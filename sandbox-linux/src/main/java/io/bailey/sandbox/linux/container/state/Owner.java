package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One process, told from every other that had or will have its number.
 *
 * @param pid its number, in its own PID namespace
 * @param started when it was started, in ticks since the boot: {@code proc_pid_stat(5)}, field 22;
 *     0 if it could not find that out
 * @param pidNamespace the inode of that namespace
 * @param boot {@code /proc/sys/kernel/random/boot_id}
 */
public record Owner(long pid, long started, long pidNamespace, String boot) {
    private static final Pattern TEXT =
            Pattern.compile("(\\d{1,18})\\.(\\d{1,18})\\.(\\d{1,18})\\.([0-9a-f-]{1,64})");
    private static final int STATE = 3;
    private static final int THREADS = 20;
    private static final int START = 22;

    /** Found out once: a JVM stays the same process. */
    private static final class Self {
        static final Owner OWNER = find(Linux.host());
    }

    /** This JVM. */
    public static Owner self() {
        return Self.OWNER;
    }

    private static Owner find(Linux linux) {
        long pid = ProcessHandle.current().pid();
        return new Owner(
                pid,
                started(linux, pid).orElse(0),
                ownNamespace(),
                KernelFile.read(linux, Linux.AT_FDCWD, "/proc/sys/kernel/random/boot_id")
                        .text()
                        .strip());
    }

    private static long ownNamespace() {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            return Long.parseLong(link.replaceAll("\\D", ""));
        } catch (IOException | NumberFormatException noProc) {
            return 0;
        }
    }

    /** When the process {@code pid} was started; empty if there is none. */
    public static OptionalLong started(Linux linux, long pid) {
        return living(stat(linux, pid));
    }

    private static FileText stat(Linux linux, long pid) {
        return KernelFile.read(linux, Linux.AT_FDCWD, "/proc/" + pid + "/stat");
    }

    /** A zombie is no process any more, unless it is but the first of several threads to end. */
    static OptionalLong living(FileText stat) {
        // A name may have blanks and brackets in it.
        int name = stat.text().lastIndexOf(')');
        if (!stat.isRead() || name < 0) {
            return OptionalLong.empty();
        }
        String[] fields = stat.text().substring(name + 2).split(" ", -1);
        if (fields.length <= START - STATE) {
            return OptionalLong.empty();
        }
        boolean ended = fields[0].equals("Z") || fields[0].equals("X");
        return ended && Long.parseLong(fields[THREADS - STATE]) <= 1
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(fields[START - STATE]));
    }

    /**
     * Is it certainly gone? Whoever lives in another PID namespace cannot be seen from here and
     * counts as alive, until the machine is started anew; so does whoever did not find out when it
     * was started itself.
     */
    public boolean isDead(Linux linux) {
        Owner self = self();
        if (!boot.equals(self.boot)) {
            // Whoever could not read it does not know of any other boot.
            return !boot.isEmpty() && !self.boot.isEmpty();
        }
        if (pidNamespace != self.pidNamespace || pidNamespace == 0) {
            return false;
        }
        if (started == 0 || pid <= 0 || pid > Integer.MAX_VALUE) {
            return false;
        }
        // The number is asked for first: with hidepid, /proc shows only one's own.
        int pidfd = linux.pidfdOpen((int) pid);
        if (pidfd < 0) {
            return pidfd == -Errno.ESRCH;
        }
        try {
            // A zombie whose parent does not wait for it has ended all the same.
            if (linux.pollIn(new int[] {pidfd}, 1, 0) > 0) {
                return true;
            }
            OptionalLong now = living(stat(linux, pid));
            return now.isPresent() && now.getAsLong() != started;
        } finally {
            linux.close(pidfd);
        }
    }

    /** For a file's name. */
    String toText() {
        return pid + "." + started + "." + pidNamespace + "." + boot;
    }

    static Optional<Owner> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(
                        new Owner(
                                Long.parseLong(matcher.group(1)),
                                Long.parseLong(matcher.group(2)),
                                Long.parseLong(matcher.group(3)),
                                matcher.group(4)))
                : Optional.empty();
    }
}
