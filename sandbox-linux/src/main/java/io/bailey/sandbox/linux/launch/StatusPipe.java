package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.Notice;
import io.bailey.sandbox.linux.plan.Report;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.ExitStatus.Rusage;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the child and the init say of themselves. Each record is one write smaller than PIPE_BUF, so
 * it arrives whole.
 */
public final class StatusPipe {
    private static final int SHORT_RECORD = 16;
    private static final int MAX_RECORDS = 8;
    private static final int RU_STIME = 16;
    private static final int RU_MAXRSS = 32;
    private static final int RU_INBLOCK = 88;
    private static final int RU_OUBLOCK = 96;

    private final Linux linux;
    private final Fd fd;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(MAX_RECORDS * Report.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private boolean started;
    private int command;
    private boolean parked;
    private boolean atEnd;
    private Optional<Failure> failure = Optional.empty();
    private Optional<Ending> ending = Optional.empty();
    private Consumer<SystemCallNotice> onCall = notice -> {};

    StatusPipe(Linux linux, Fd fd) {
        this.linux = linux;
        this.fd = fd;
    }

    /**
     * @param program {@link Blueprint#ENTRY_FAILED} or {@link Blueprint#INIT_FAILED}
     */
    public record Failure(int program, int operation, int errno) {}

    /**
     * The command's end; times are of CLOCK_MONOTONIC, as System.nanoTime.
     *
     * @param usage of the command, and of what it has waited for
     */
    public record Ending(
            int waitStatus,
            Rusage usage,
            long initStarted,
            long setupDone,
            long execDone,
            long commandEnded) {

        /** What an init has written, in little-endian words from {@code at} on. */
        public static Ending read(ByteBuffer report, int at) {
            return new Ending(
                    report.getInt(at + Report.WAIT_STATUS),
                    new Rusage(
                            micros(report, at + Report.RUSAGE),
                            micros(report, at + Report.RUSAGE + RU_STIME),
                            report.getLong(at + Report.RUSAGE + RU_MAXRSS) * 1024,
                            report.getLong(at + Report.RUSAGE + RU_INBLOCK),
                            report.getLong(at + Report.RUSAGE + RU_OUBLOCK)),
                    time(report, at + Report.INIT_STARTED),
                    time(report, at + Report.SETUP_DONE),
                    time(report, at + Report.EXEC_DONE),
                    time(report, at + Report.COMMAND_ENDED));
        }

        /** The most memory that one of its processes had at one time, in bytes. */
        public long maxRss() {
            return usage.maxRss();
        }

        private static long micros(ByteBuffer report, int at) {
            return report.getLong(at) * 1_000_000 + report.getLong(at + 8);
        }

        private static long time(ByteBuffer report, int at) {
            return report.getLong(at) * 1_000_000_000 + report.getLong(at + 8);
        }
    }

    /**
     * Without an init nobody is left to announce the exec: the pipe comes to its end by it
     * (close-on-exec), or by the child's own end.
     */
    boolean started() {
        return started || (atEnd && failure.isEmpty());
    }

    /** Does the process that becomes the command wait to be told which? Or did it. */
    boolean parked() {
        return parked;
    }

    /** Will nobody write any more? */
    boolean atEnd() {
        return atEnd;
    }

    /** The command's number, as whoever watches it knows it; 0 as long as it has not been told. */
    int command() {
        return command;
    }

    Optional<Failure> failure() {
        return failure;
    }

    Optional<Ending> ending() {
        return ending;
    }

    /** Who wants to know of system calls. */
    void onCall(Consumer<SystemCallNotice> consumer) {
        onCall = consumer;
    }

    /** Reads until nobody is left who could write, but no longer than {@code nanos}. */
    void readToEnd(long nanos) {
        long deadline = System.nanoTime() + nanos;
        read();
        while (!atEnd && deadline - System.nanoTime() > 0) {
            linux.pollIn(new int[] {fd.number()}, 1, deadline - System.nanoTime());
            read();
        }
    }

    /** Reads what there is. The descriptor is non-blocking. */
    void read() {
        int n = linux.read(fd.number(), buffer);
        while (n > 0 || n == -Errno.EINTR) {
            buffer.flip();
            takeAll();
            // Where the buffer was full the last record may be cut.
            buffer.compact();
            n = linux.read(fd.number(), buffer);
        }
        atEnd |= n == 0;
    }

    private void takeAll() {
        while (buffer.remaining() >= SHORT_RECORD) {
            int kind = buffer.getInt(buffer.position());
            int size =
                    switch (kind) {
                        case Blueprint.COMMAND_ENDED -> Report.BYTES;
                        case Blueprint.SYSCALL -> Notice.BYTES;
                        default -> SHORT_RECORD;
                    };
            if (buffer.remaining() < size) {
                return;
            }
            take(kind, buffer.position());
            buffer.position(buffer.position() + size);
        }
    }

    private void take(int kind, int at) {
        switch (kind) {
            case Blueprint.COMMAND_STARTED -> started = true;
            case Blueprint.COMMAND_PARKED -> parked = true;
            case Blueprint.COMMAND_BORN -> command = buffer.getInt(at + Report.PID);
            case Blueprint.SYSCALL ->
                    onCall.accept(
                            new SystemCallNotice(
                                    buffer.getInt(at + Notice.NUMBER),
                                    buffer.getInt(at + Notice.ARCH)));
            case Blueprint.COMMAND_ENDED -> ending = Optional.of(Ending.read(buffer, at));
            default ->
                    failure =
                            failure.or(() ->
                                    Optional.of(
                                            new Failure(
                                                    kind,
                                                    buffer.getInt(at + 4),
                                                    buffer.getInt(at + 8))));
        }
    }
}
