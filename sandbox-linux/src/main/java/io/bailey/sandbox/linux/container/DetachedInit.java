package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Finds the process that is the init of a detached container: it, and no other of its number. */
final class DetachedInit {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long LOOK_NANOS = 1_000_000;
    private static final String INIT = "bailey-init";

    private final Linux linux;
    private final Path directory;
    private final DetachedNote written;

    /**
     * @param directory where its report is
     * @param written what was written down at the start
     */
    DetachedInit(Linux linux, Path directory, DetachedNote written) {
        this.linux = linux;
        this.directory = directory;
        this.written = written;
    }

    /**
     * Finds it.
     *
     * @return a pidfd of it; empty if it does not live
     * @throws SandboxException if it lives and cannot be found, or that is not known
     */
    Optional<Fd> find() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        DetachedReport report = report();
        if (report.alive() && !written.isFromHere()) {
            throw lives(
                    "was started in another PID namespace or on another machine: the number of its"
                            + " first process is somebody else's here; work with it from where it"
                            + " was started");
        }
        while (report.alive()) {
            Optional<Fd> init = pidfdOf(report);
            if (init.isPresent()) {
                return init;
            }
            if (System.nanoTime() - deadline > 0) {
                throw lives(
                        "its first process cannot be found: /proc is that of another PID"
                                + " namespace, or shows only this user's own");
            }
            // It writes its number down in the first moments.
            LockSupport.parkNanos(LOOK_NANOS);
            report = report();
        }
        return Optional.empty();
    }

    private SandboxException lives(String but) {
        return new SandboxException("container " + written.info().id() + " lives, but " + but);
    }

    private DetachedReport report() {
        return DetachedReport.read(linux, directory);
    }

    /** The number is the init's as long as the init lives: so it is looked again afterwards. */
    private Optional<Fd> pidfdOf(DetachedReport report) {
        if (report.pid().isEmpty()) {
            return Optional.empty();
        }
        int pid = (int) report.pid().getAsLong();
        int fd = check(linux.pidfdOpen(pid), pid);
        if (fd < 0) {
            return Optional.empty();
        }
        Fd init = linux.own(fd);
        boolean its = false;
        try {
            its = isInit(pid) && written.isSame(linux, pid) && report().alive();
            return its ? Optional.of(init) : Optional.empty();
        } finally {
            if (!its) {
                init.close();
            }
        }
    }

    private boolean isInit(int pid) {
        FileText name = KernelFile.read(linux, Linux.AT_FDCWD, "/proc/" + pid + "/comm");
        check(name.result(), pid);
        return name.text().strip().equals(INIT);
    }

    /** Of a process that is looked for in vain the reason may be ours. */
    private int check(int result, int pid) {
        if (Shortage.is(-result)) {
            throw new SandboxSetupException(
                    "watch",
                    Errno.name(-result),
                    "the init of a container, process " + pid,
                    Shortage.or(-result, ""));
        }
        return result;
    }
}
