package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.launch.StatusPipe.Ending;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.Report;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the init of a detached container has written down, at one moment. Whether the init lives is
 * the kernel's word: it holds a lock of the file, and nobody else does once the container has been
 * started. So its number is its own as long as it is locked. Who cannot look knows nothing, and
 * least of all that it is dead.
 *
 * @param lock who holds the file
 * @param pid its number, in the PID namespace of the JVM that started it, once it has told
 * @param ending how the command ended; missing if the init was killed
 * @param finished when it ended
 * @param userTime of the command and what it waited for
 * @param systemTime likewise
 */
record DetachedReport(
        Lock lock,
        OptionalLong pid,
        Optional<Ending> ending,
        Optional<Instant> finished,
        Duration userTime,
        Duration systemTime) {
    private static final int NUMBER_BYTES = 32;

    /** Who holds the file. */
    enum Lock {
        /** The init, or the JVM that starts it. */
        HELD,
        /** Nobody: it is certain that the init does not live. */
        FREE,
        /** There is no file: there never was an init, or somebody has removed what it left. */
        MISSING
    }

    /**
     * Looks.
     *
     * @throws SandboxSetupException if that cannot be done, so that nothing is known
     */
    static DetachedReport read(Linux linux, Path directory) {
        Path file = directory.resolve(DetachedFiles.REPORT);
        int flags = Linux.O_RDONLY | Linux.O_NONBLOCK | Linux.O_NOFOLLOW;
        int fd = linux.openat(Linux.AT_FDCWD, file.toString(), flags, 0);
        if (fd == -Errno.ENOENT) {
            return of(Lock.MISSING, new byte[Report.FILE_BYTES]);
        }
        try (Fd report = linux.own(check(fd, file))) {
            int locked = check(linux.isLocked(report.number()), file);
            // Afterwards: when nobody is left it does not change any more.
            return of(locked == 1 ? Lock.HELD : Lock.FREE, content(linux, report, file));
        }
    }

    /** What is not there yet is nothing said. */
    private static byte[] content(Linux linux, Fd report, Path file) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Report.FILE_BYTES);
        int n = 1;
        while (n > 0 && bytes.hasRemaining()) {
            n = check(linux.read(report.number(), bytes), file);
        }
        byte[] content = new byte[Report.FILE_BYTES];
        bytes.flip().get(content, 0, bytes.limit());
        return content;
    }

    private static int check(int result, Path file) {
        if (result < 0) {
            throw new SandboxSetupException(
                    "look whether a detached container lives",
                    Errno.name(-result),
                    file.toString(),
                    Shortage.or(-result, "nothing was done to it"));
        }
        return result;
    }

    /** Whether the init lives, or the JVM that starts it. */
    boolean alive() {
        return lock == Lock.HELD;
    }

    private static DetachedReport of(Lock lock, byte[] bytes) {
        ByteBuffer report = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean told = report.getInt(0) == Blueprint.COMMAND_ENDED;
        return new DetachedReport(
                lock,
                number(bytes),
                told ? Optional.of(Ending.read(report, 0)) : Optional.empty(),
                told ? Optional.of(time(report)) : Optional.empty(),
                duration(report, Report.RUSAGE),
                duration(report, Report.RUSAGE + 16));
    }

    private static OptionalLong number(byte[] bytes) {
        String text =
                new String(bytes, Report.NUMBER, NUMBER_BYTES, StandardCharsets.US_ASCII)
                        .replace("\0", "");
        return text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(text));
    }

    private static Instant time(ByteBuffer report) {
        return Instant.ofEpochSecond(
                report.getLong(Report.FINISHED), report.getLong(Report.FINISHED + 8));
    }

    /** A struct timeval. */
    private static Duration duration(ByteBuffer report, int at) {
        return Duration.ofSeconds(report.getLong(at)).plusNanos(report.getLong(at + 8) * 1_000);
    }
}
