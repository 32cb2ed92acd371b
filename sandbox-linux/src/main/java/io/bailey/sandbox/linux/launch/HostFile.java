package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file of the host that a command's input comes from or its output goes to. The command gets a
 * pipe, never the file: whoever owns it could open a descriptor of it anew, for writing, through
 * /proc/self/fd.
 */
final class HostFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int O_NOCTTY = 0x100;
    private static final int F_SETFL = 4;
    private static final int MODE = 0666;

    private final Linux linux;
    private final Path path;
    private final Fd fd;

    private HostFile(Linux linux, Path path, Fd fd) {
        this.linux = linux;
        this.path = path;
        this.fd = fd;
    }

    static HostFile forReading(Linux linux, Path path) {
        return open(linux, path, Linux.O_RDONLY, "Input.of(InputStream)");
    }

    /** Made if it is missing, emptied if not. */
    static HostFile forWriting(Linux linux, Path path) {
        int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC;
        return open(linux, path, flags, "Output.to(OutputStream)");
    }

    /** Never waits: opening a FIFO would, for its other end. */
    private static HostFile open(Linux linux, Path path, int flags, String instead) {
        int number =
                linux.openat(
                        Linux.AT_FDCWD, path.toString(), flags | Linux.O_NONBLOCK | O_NOCTTY, MODE);
        LaunchException.check(number, "open", path.toString());
        Fd fd = Pipe.own(linux, number, path.toString());
        Stat stat = linux.stat(fd.number(), "", Linux.AT_EMPTY_PATH);
        boolean writing = (flags & Linux.O_WRONLY) != 0;
        if (writing && !stat.isDirectory()) {
            // A pipe that has a reader by now, such as /dev/stdout often is, may be waited for.
            linux.fcntl(fd.number(), F_SETFL, 0);
        } else if (!stat.isRegular() && !stat.isCharacterDevice()) {
            fd.close();
            throw new SandboxSetupException(
                    "use as a standard stream",
                    Errno.name(Errno.EINVAL),
                    path.toString(),
                    "it is not a regular file; open it yourself and use " + instead);
        }
        return new HostFile(linux, path, fd);
    }

    private int check(int result, String step) throws IOException {
        if (result < 0) {
            throw new IOException(step + " " + path + ": " + Errno.name(-result));
        }
        return result;
    }

    InputStream input() {
        return new InputStream() {
            private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                buffer.clear().limit(Math.min(length, BUFFER_BYTES));
                int n = linux.read(fd.number(), buffer);
                while (n == -Errno.EINTR) {
                    n = linux.read(fd.number(), buffer);
                }
                if (check(n, "read") == 0) {
                    return -1;
                }
                buffer.flip().get(into, offset, n);
                return n;
            }

            @Override
            public void close() {
                fd.close();
            }
        };
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b});
            }

            @Override
            public void write(byte[] bytes) throws IOException {
                check(linux.writeAll(fd.number(), bytes), "write");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                write(java.util.Arrays.copyOfRange(bytes, offset, offset + length));
            }

            @Override
            public void close() {
                fd.close();
            }
        };
    }

    @Override
    public void close() {
        fd.close();
    }
}
