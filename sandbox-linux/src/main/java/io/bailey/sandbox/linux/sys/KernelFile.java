package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Small text files of the kernel (/proc, /sys, cgroup): read whole, written with one write(2),
 * waited for.
 */
public final class KernelFile {
    /** More is cut off: no file of the kernel that Bailey reads is nearly as long. */
    private static final int MAX_BYTES = 1 << 20;

    private static final int CHUNK = 4096;
    private static final short POLLPRI = 2;
    private static final byte[] NOTHING = {};

    private KernelFile() {}

    /** Reads {@code path} relative to the descriptor {@code dir}. */
    public static FileText read(Linux linux, int dir, String path) {
        int fd = linux.openat(dir, path, Linux.O_RDONLY, 0);
        if (fd < 0) {
            return FileText.failed(fd);
        }
        try {
            return read(linux, fd);
        } finally {
            linux.close(fd);
        }
    }

    /**
     * Reads a file of ours whole.
     *
     * @param most bytes; of a longer one nothing is told but EFBIG
     */
    public static FileText readWhole(Linux linux, int dir, String path, int most) {
        int fd = linux.openat(dir, path, Linux.O_RDONLY, 0);
        if (fd < 0) {
            return FileText.failed(fd);
        }
        try {
            // One more than that tells that there is more.
            FileText text = read(linux, fd, most + 1);
            return text.isRead() && text.text().getBytes(UTF_8).length > most
                    ? FileText.failed(-Errno.EFBIG)
                    : text;
        } finally {
            linux.close(fd);
        }
    }

    /** Reads the open file {@code fd} from its start; its position stays. */
    public static FileText read(Linux linux, int fd) {
        return read(linux, fd, MAX_BYTES);
    }

    private static FileText read(Linux linux, int fd, int most) {
        byte[] bytes = NOTHING;
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment chunk = memory.allocate(CHUNK, 1);
            while (bytes.length < most) {
                int wanted = Math.min(CHUNK, most - bytes.length);
                int n = linux.pread(fd, chunk.address(), wanted, bytes.length);
                if (n == -Errno.EINTR) {
                    continue;
                }
                if (n < 0) {
                    return FileText.failed(n);
                }
                if (n == 0) {
                    break;
                }
                int before = bytes.length;
                // Most are read at once, and short: no more is taken than that.
                bytes = Arrays.copyOf(bytes, before + n);
                MemorySegment.copy(chunk, JAVA_BYTE, 0, bytes, before, n);
            }
        }
        return new FileText(0, new String(bytes, UTF_8));
    }

    /** Writes {@code text} to {@code path} relative to {@code dir}. Returns 0 or −errno. */
    public static int write(Linux linux, int dir, String path, String text) {
        int fd = linux.openat(dir, path, Linux.O_WRONLY, 0);
        if (fd < 0) {
            return fd;
        }
        try {
            return linux.writeAll(fd, text.getBytes(UTF_8));
        } finally {
            linux.close(fd);
        }
    }

    /**
     * Waits until the kernel announces a change of the open file {@code fd} since it was last read,
     * as it does for {@code cgroup.events}. Returns 1, 0 after {@code millis} without a change, or
     * −errno.
     */
    public static int awaitChange(Linux linux, int fd, int millis) {
        try (CallMemory memory = CallMemory.open()) {
            MemorySegment poll = memory.allocate(8, 4);
            poll.set(JAVA_INT, 0, fd);
            poll.set(JAVA_SHORT, 4, POLLPRI);
            MemorySegment timeout = memory.allocate(16, 8);
            timeout.set(JAVA_LONG, 0, millis / 1000);
            timeout.set(JAVA_LONG, 8, millis % 1000 * 1_000_000L);
            return linux.poll(poll.address(), 1, timeout.address());
        }
    }
}
