package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.launch.StatusPipe.Ending;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.Report;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the init of a detached container has written down, at one moment. Whether the init lives is
 * the kernel's word: it holds a lock of the file, and nobody else does once the container has been
 * started. So its number is its own as long as it is locked.
 *
 * @param alive whether the init lives, or the JVM that starts it
 * @param pid its number on the host, once it has told
 * @param ending how the command ended; missing if the init was killed
 * @param finished when it ended
 * @param userTime of the command and what it waited for
 * @param systemTime likewise
 */
record DetachedReport(
        boolean alive,
        OptionalLong pid,
        Optional<Ending> ending,
        Optional<Instant> finished,
        Duration userTime,
        Duration systemTime) {
    private static final int NUMBER_BYTES = 32;
    private static final DetachedReport NONE =
            new DetachedReport(
                    false,
                    OptionalLong.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ZERO,
                    Duration.ZERO);

    static DetachedReport read(Linux linux, Path directory) {
        Path file = directory.resolve(DetachedFiles.REPORT);
        boolean alive = isLocked(linux, file);
        try {
            // Afterwards: when nobody is left it does not change any more.
            byte[] bytes = Files.readAllBytes(file);
            return bytes.length < Report.FILE_BYTES ? NONE : of(alive, bytes);
        } catch (IOException gone) {
            return NONE;
        }
    }

    private static boolean isLocked(Linux linux, Path file) {
        int flags = Linux.O_RDONLY | Linux.O_NONBLOCK | Linux.O_NOFOLLOW;
        int fd = linux.openat(Linux.AT_FDCWD, file.toString(), flags, 0);
        if (fd < 0) {
            return false;
        }
        int locked = linux.isLocked(fd);
        linux.close(fd);
        return locked == 1;
    }

    private static DetachedReport of(boolean alive, byte[] bytes) {
        ByteBuffer report = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean told = report.getInt(0) == Blueprint.COMMAND_ENDED;
        return new DetachedReport(
                alive,
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
