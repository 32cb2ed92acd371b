package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

/**
 * A pipe(2): both ends owned, close-on-exec and numbered 3 or higher, so that they never stand in
 * for a standard stream.
 */
public record Pipe(Fd readEnd, Fd writeEnd) implements AutoCloseable {
    private static final int F_SETFL = 4;
    private static final int FIRST = 3;

    public static Pipe open(Linux linux, int flags, String purpose) {
        int[] ends = linux.pipe2(flags);
        LaunchException.check(ends[0], "pipe2", purpose);
        return new Pipe(own(linux, ends[0], purpose), own(linux, ends[1], purpose));
    }

    /**
     * A JVM started with a standard stream closed gets 0, 1 or 2 from the kernel like any other
     * number.
     */
    public static Fd own(Linux linux, int fd, String purpose) {
        if (fd >= FIRST) {
            return linux.own(fd);
        }
        int high = linux.fcntl(fd, Linux.F_DUPFD_CLOEXEC, FIRST);
        linux.close(fd);
        return linux.own(LaunchException.check(high, "fcntl(F_DUPFD_CLOEXEC)", purpose));
    }

    /**
     * Makes one end non-blocking; the other, which the command sees, stays as programs expect it.
     */
    static void nonBlocking(Linux linux, Fd end) {
        LaunchException.check(
                linux.fcntl(end.number(), F_SETFL, Linux.O_NONBLOCK),
                "fcntl(F_SETFL)",
                "O_NONBLOCK");
    }

    @Override
    public void close() {
        readEnd.close();
        writeEnd.close();
    }
}
