package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The system calls that make, read and remove the files of layers, over memory that is allocated
 * once: twenty thousand small files are a hundred thousand calls. Confined to the thread that
 * opened it.
 *
 * <p>Names are byte strings, one char a byte. Each method returns the call's value or −errno; every
 * descriptor is close-on-exec.
 */
public final class FileCalls implements AutoCloseable {
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    public static final int RENAME_NOREPLACE = 1;
    public static final int RESOLVE_NO_MAGICLINKS = 0x02;
    public static final int RESOLVE_NO_SYMLINKS = 0x04;
    public static final int RESOLVE_BENEATH = 0x08;
    public static final int RESOLVE_IN_ROOT = 0x10;

    private static final int PATH_MAX = 4096;
    private static final int XATTR_NAME = 256;
    private static final int XATTR_SIZE = 65_536;
    private static final int DIRECTORY_BYTES = 32_768;
    private static final int COPY_BYTES = 131_072;
    private static final int STATX_BASIC = 0x7ff;

    private final Arena arena = Arena.ofConfined();
    private final SystemCall kernel;
    private final MemorySegment first = arena.allocate(PATH_MAX);
    private final MemorySegment second = arena.allocate(PATH_MAX);
    private final MemorySegment struct = arena.allocate(Layouts.STATX_BYTES, 8);
    private final MemorySegment key = arena.allocate(XATTR_NAME);
    private final MemorySegment value = arena.allocate(XATTR_SIZE);
    private final MemorySegment directory = arena.allocate(DIRECTORY_BYTES, 8);
    private final MemorySegment copy = arena.allocate(COPY_BYTES);

    private FileCalls() {
        kernel = new ConfinedSystemCall(arena);
    }

    private FileCalls(SystemCall kernel) {
        this.kernel = kernel;
    }

    /** The real kernel. */
    public static FileCalls open() {
        return new FileCalls();
    }

    /** A kernel behind {@code calls}: the real one with faults injected. */
    public static FileCalls over(SystemCall calls) {
        return new FileCalls(calls);
    }

    /** The same kernel, for the thread that asks. */
    public FileCalls another() {
        return kernel instanceof ConfinedSystemCall ? new FileCalls() : new FileCalls(kernel);
    }

    /** openat(2). */
    public int openat(int dir, String name, int flags, int mode) {
        return fits(name)
                ? call(Sys.OPENAT, dir, at(first, name), flags | Linux.O_CLOEXEC, mode)
                : -Errno.ENAMETOOLONG;
    }

    /** openat2(2). */
    public int openat2(int dir, String path, int flags, int mode, int resolve) {
        if (!fits(path)) {
            return -Errno.ENAMETOOLONG;
        }
        struct.set(JAVA_LONG, 0, flags | Linux.O_CLOEXEC);
        struct.set(JAVA_LONG, 8, mode);
        struct.set(JAVA_LONG, 16, resolve);
        return call(
                Sys.OPENAT2, dir, at(first, path), struct.address(), Layouts.OPEN_HOW.byteSize());
    }

    /** close(2). */
    public int close(int fd) {
        return call(Sys.CLOSE, fd, 0, 0, 0);
    }

    /** mkdirat(2). */
    public int mkdirat(int dir, String name, int mode) {
        return fits(name) ? call(Sys.MKDIRAT, dir, at(first, name), mode, 0) : -Errno.ENAMETOOLONG;
    }

    /** mknodat(2). */
    public int mknodat(int dir, String name, int mode, int major, int minor) {
        // new_encode_dev(), include/linux/kdev_t.h.
        long device = (minor & 0xFF) | ((long) major << 8) | ((minor & ~0xFFL) << 12);
        return fits(name)
                ? call(Sys.MKNODAT, dir, at(first, name), mode, device)
                : -Errno.ENAMETOOLONG;
    }

    /** symlinkat(2). */
    public int symlinkat(String content, int dir, String name) {
        return fits(name) && fits(content)
                ? call(Sys.SYMLINKAT, at(second, content), dir, at(first, name), 0)
                : -Errno.ENAMETOOLONG;
    }

    /** linkat(2), which follows no link at the end. */
    public int linkat(int fromDir, String from, int toDir, String to) {
        return fits(from) && fits(to)
                ? call(Sys.LINKAT, fromDir, at(first, from), toDir, at(second, to))
                : -Errno.ENAMETOOLONG;
    }

    /** unlinkat(2). */
    public int unlinkat(int dir, String name, int flags) {
        return fits(name)
                ? call(Sys.UNLINKAT, dir, at(first, name), flags, 0)
                : -Errno.ENAMETOOLONG;
    }

    /** renameat2(2). */
    public int renameat2(int fromDir, String from, int toDir, String to, int flags) {
        if (!fits(from) || !fits(to)) {
            return -Errno.ENAMETOOLONG;
        }
        return (int)
                kernel.invoke(
                        Sys.RENAMEAT2, fromDir, at(first, from), toDir, at(second, to), flags, 0);
    }

    /** fchownat(2); of {@code dir} itself with an empty name and AT_EMPTY_PATH. */
    public int fchownat(int dir, String name, int uid, int gid, int flags) {
        if (!fits(name)) {
            return -Errno.ENAMETOOLONG;
        }
        return (int) kernel.invoke(Sys.FCHOWNAT, dir, at(first, name), uid, gid, flags, 0);
    }

    /** fchmod(2). */
    public int fchmod(int fd, int mode) {
        return call(Sys.FCHMOD, fd, mode, 0, 0);
    }

    /** fchmodat(2), which follows a link at the end: only for what is known to be none. */
    public int fchmodat(int dir, String name, int mode) {
        return fits(name) ? call(Sys.FCHMODAT, dir, at(first, name), mode, 0) : -Errno.ENAMETOOLONG;
    }

    /** utimensat(2) of an open file: both times. */
    public int futimens(int fd, long seconds, int nanos) {
        return call(Sys.UTIMENSAT, fd, 0, times(seconds, nanos), 0);
    }

    /** utimensat(2) without following: both times. */
    public int utimensat(int dir, String name, long seconds, int nanos) {
        return fits(name)
                ? call(
                        Sys.UTIMENSAT,
                        dir,
                        at(first, name),
                        times(seconds, nanos),
                        AT_SYMLINK_NOFOLLOW)
                : -Errno.ENAMETOOLONG;
    }

    /** statx(2) without following. */
    public FileStat stat(int dir, String name) {
        return stat(dir, name, AT_SYMLINK_NOFOLLOW);
    }

    /** statx(2) of an open file. */
    public FileStat fstat(int fd) {
        return stat(fd, "", Linux.AT_EMPTY_PATH);
    }

    private FileStat stat(int dir, String name, int flags) {
        if (!fits(name)) {
            return FileStat.failed(-Errno.ENAMETOOLONG);
        }
        int r =
                (int)
                        kernel.invoke(
                                Sys.STATX,
                                dir,
                                at(first, name),
                                flags,
                                STATX_BASIC,
                                struct.address(),
                                0);
        return r < 0 ? FileStat.failed(r) : FileStat.of(struct);
    }

    /** readlinkat(2): the length; {@link #text} has the content. */
    public int readlinkat(int dir, String name) {
        return fits(name)
                ? call(Sys.READLINKAT, dir, at(first, name), value.address(), PATH_MAX)
                : -Errno.ENAMETOOLONG;
    }

    /** The first {@code length} bytes that {@link #readlinkat} gave, as a byte string. */
    public String text(int length) {
        return new String(bytes(length), StandardCharsets.ISO_8859_1);
    }

    /** The first {@code length} bytes that a call which reads a link or an attribute gave. */
    public byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(value, JAVA_BYTE, 0, bytes, 0, length);
        return bytes;
    }

    /** fsetxattr(2). */
    public int fsetxattr(int fd, String attribute, byte[] content) {
        return attribute.length() < XATTR_NAME && content.length <= XATTR_SIZE
                ? put(Sys.FSETXATTR, fd, attribute, content)
                : -Errno.ERANGE;
    }

    /** lsetxattr(2) of a name in a directory, which {@code /proc/self/fd} leads to. */
    public int lsetxattr(int dir, String name, String attribute, byte[] content) {
        String path = proc(dir, name);
        return fits(path) && attribute.length() < XATTR_NAME && content.length <= XATTR_SIZE
                ? put(Sys.LSETXATTR, at(first, path), attribute, content)
                : -Errno.ERANGE;
    }

    private int put(Sys sys, long file, String attribute, byte[] content) {
        MemorySegment.copy(content, 0, value, JAVA_BYTE, 0, content.length);
        return call(sys, file, at(key, attribute), value.address(), content.length);
    }

    /** fgetxattr(2): the length; {@link #bytes} has the content. */
    public int fgetxattr(int fd, String attribute) {
        return attribute.length() < XATTR_NAME
                ? call(Sys.FGETXATTR, fd, at(key, attribute), value.address(), XATTR_SIZE)
                : -Errno.ERANGE;
    }

    /** lgetxattr(2) of a name in a directory: the length; {@link #bytes} has the content. */
    public int lgetxattr(int dir, String name, String attribute) {
        String path = proc(dir, name);
        return fits(path) && attribute.length() < XATTR_NAME
                ? call(
                        Sys.LGETXATTR,
                        at(first, path),
                        at(key, attribute),
                        value.address(),
                        XATTR_SIZE)
                : -Errno.ERANGE;
    }

    /** flistxattr(2): the length; {@link #text} has the names, each ended by a NUL. */
    public int flistxattr(int fd) {
        return call(Sys.FLISTXATTR, fd, value.address(), XATTR_SIZE, 0);
    }

    /** llistxattr(2) of a name in a directory: the length; {@link #text} has the names. */
    public int llistxattr(int dir, String name) {
        String path = proc(dir, name);
        return fits(path)
                ? call(Sys.LLISTXATTR, at(first, path), value.address(), XATTR_SIZE, 0)
                : -Errno.ENAMETOOLONG;
    }

    /** fremovexattr(2). */
    public int fremovexattr(int fd, String attribute) {
        return attribute.length() < XATTR_NAME
                ? call(Sys.FREMOVEXATTR, fd, at(key, attribute), 0, 0)
                : -Errno.ERANGE;
    }

    private static String proc(int dir, String name) {
        String self = "/proc/self/fd/" + dir;
        return name.isEmpty() ? self : self + "/" + name;
    }

    /**
     * getdents64(2): adds some names of {@code fd} but "." and ".." to {@code into}. Returns 0 at
     * the end.
     */
    public int getdents(int fd, List<DirectoryEntry> into) {
        int bytes = call(Sys.GETDENTS64, fd, directory.address(), DIRECTORY_BYTES, 0);
        // struct linux_dirent64: d_ino 0, d_off 8, d_reclen 16, d_type 18, d_name 19.
        for (int at = 0; at < bytes; ) {
            String name = directory.getString(at + 19L, StandardCharsets.ISO_8859_1);
            if (!name.equals(".") && !name.equals("..")) {
                into.add(new DirectoryEntry(name, directory.get(JAVA_BYTE, at + 18L)));
            }
            at += directory.get(JAVA_SHORT, at + 16L) & 0xFFFF;
        }
        return bytes;
    }

    /**
     * pwrite64(2) of all that is between the buffer's position and its limit, whose position it
     * moves. A direct buffer is not copied. Returns 0 or −errno.
     */
    public int write(int fd, ByteBuffer from, long position) {
        long at = position;
        while (from.hasRemaining()) {
            int n = from.isDirect() ? writeDirect(fd, from, at) : writeCopied(fd, from, at);
            if (n < 0 && n != -Errno.EINTR) {
                return n;
            }
            at += Math.max(0, n);
        }
        return 0;
    }

    private int writeDirect(int fd, ByteBuffer from, long position) {
        MemorySegment piece = MemorySegment.ofBuffer(from);
        int n = call(Sys.PWRITE64, fd, piece.address(), piece.byteSize(), position);
        from.position(from.position() + Math.max(0, n));
        return n;
    }

    private int writeCopied(int fd, ByteBuffer from, long position) {
        int length = Math.min(COPY_BYTES, from.remaining());
        MemorySegment.copy(MemorySegment.ofBuffer(from), 0, copy, 0, length);
        int n = call(Sys.PWRITE64, fd, copy.address(), length, position);
        from.position(from.position() + Math.max(0, n));
        return n;
    }

    /** pread64(2) into a direct buffer, from its position to its limit; moves its position. */
    public int read(int fd, ByteBuffer into, long position) {
        MemorySegment piece = MemorySegment.ofBuffer(into);
        int n;
        do {
            n = call(Sys.PREAD64, fd, piece.address(), piece.byteSize(), position);
        } while (n == -Errno.EINTR);
        into.position(into.position() + Math.max(0, n));
        return n;
    }

    /** lseek(2). */
    public long lseek(int fd, long offset, int whence) {
        return kernel.invoke(Sys.LSEEK, fd, offset, whence, 0, 0, 0);
    }

    /** ftruncate(2). */
    public int ftruncate(int fd, long size) {
        return call(Sys.FTRUNCATE, fd, size, 0, 0);
    }

    /** fallocate(2). */
    public int fallocate(int fd, int mode, long offset, long length) {
        return call(Sys.FALLOCATE, fd, mode, offset, length);
    }

    /** fsync(2). */
    public int fsync(int fd) {
        return call(Sys.FSYNC, fd, 0, 0, 0);
    }

    /** syncfs(2). */
    public int syncfs(int fd) {
        return call(Sys.SYNCFS, fd, 0, 0, 0);
    }

    /** geteuid(2). */
    public int geteuid() {
        return call(Sys.GETEUID, 0, 0, 0, 0);
    }

    /** getegid(2). */
    public int getegid() {
        return call(Sys.GETEGID, 0, 0, 0, 0);
    }

    /** Frees its memory. */
    @Override
    public void close() {
        arena.close();
    }

    private int call(Sys sys, long a, long b, long c, long d) {
        return (int) kernel.invoke(sys, a, b, c, d, 0, 0);
    }

    private long times(long seconds, int nanos) {
        for (int at = 0; at < 32; at += 16) {
            struct.set(JAVA_LONG, at, seconds);
            struct.set(JAVA_LONG, at + 8L, nanos);
        }
        return struct.address();
    }

    private static boolean fits(String name) {
        return name.length() < PATH_MAX;
    }

    /** The address of {@code name}, ended by a NUL. */
    private static long at(MemorySegment where, String name) {
        int length = name.length();
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            // A NUL would cut it off; another char would become a question mark.
            if (c == 0 || c > 0xFF) {
                throw new IllegalArgumentException(
                        "no byte string for the kernel: char " + (int) c);
            }
            where.set(JAVA_BYTE, i, (byte) c);
        }
        where.set(JAVA_BYTE, length, (byte) 0);
        return where.address();
    }
}
