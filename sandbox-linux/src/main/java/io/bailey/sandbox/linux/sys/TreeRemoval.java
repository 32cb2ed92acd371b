package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Removes a file, or a directory with all that is in it, fd to fd: no link is followed, no mount is
 * entered, names may be any bytes. Two descriptors are open however deep the tree is. Takes no
 * space: nothing is written but, where the owner may not look into a directory, its mode.
 */
public final class TreeRemoval {
    private static final int STATX_NLINK_BLOCKS = 0x4 | 0x400;
    private static final int STATX_NLINK = 16;
    private static final int STATX_BLOCKS = 48;
    private static final int BLOCK = 512;
    private static final int OWNER_ALL = 0700;

    /** Somebody who keeps making files in a directory does not keep us for ever. */
    private static final int MOST_PASSES = 8;

    private final Linux linux;
    private final int base;
    private final MemorySegment statx;
    private final MemorySegment nameBuffer;
    private final Deque<Level> levels = new ArrayDeque<>();
    private int current;
    private int firstError;
    private long files;
    private long bytes;

    /** A directory on the way down, and which of its directories are still to be removed. */
    private static final class Level {
        final byte[] name;
        final Stat identity;
        final int pass;
        final Deque<byte[]> pending = new ArrayDeque<>();

        Level(byte[] name, Stat identity, int pass) {
            this.name = name;
            this.identity = identity;
            this.pass = pass;
        }
    }

    /**
     * What came of it.
     *
     * @param result 0, or the first −errno; everything else that could be removed is then gone
     * @param files how many entries were removed
     * @param bytes how much space they took; of a file with other links nothing
     */
    public record Outcome(int result, long files, long bytes) {}

    private TreeRemoval(Linux linux, int base, Arena arena) {
        this.linux = linux;
        this.base = base;
        this.current = base;
        this.statx = arena.allocate(Layouts.STATX_BYTES, 8);
        this.nameBuffer = arena.allocate(256);
    }

    /**
     * Removes {@code name} in the directory {@code dir}. That it is not there is no error.
     *
     * @param name one component, one char a byte (ISO-8859-1)
     */
    public static Outcome remove(Linux linux, int dir, String name) {
        byte[] raw = name.getBytes(ISO_8859_1);
        if (raw.length > 255
                || name.isEmpty()
                || name.indexOf('/') >= 0
                || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("no name of one file: " + name);
        }
        try (Arena arena = Arena.ofConfined()) {
            TreeRemoval removal = new TreeRemoval(linux, dir, arena);
            removal.run(Arrays.copyOf(raw, raw.length + 1));
            return new Outcome(removal.firstError, removal.files, removal.bytes);
        }
    }

    private void run(byte[] name) {
        try {
            if (unlinkFile(put(name))) {
                descend(name, 0);
            }
            while (!levels.isEmpty()) {
                byte[] child = levels.element().pending.poll();
                boolean goOn = child == null ? ascend() : descend(child, 0);
                if (!goOn) {
                    return;
                }
            }
        } finally {
            leave();
        }
    }

    private long put(byte[] name) {
        MemorySegment.copy(name, 0, nameBuffer, JAVA_BYTE, 0, name.length);
        return nameBuffer.address();
    }

    /** Returns true if it is a directory, which has to be emptied first. */
    private boolean unlinkFile(long name) {
        long taken = taken(name);
        int r = (int) linux.call(Sys.UNLINKAT, current, name, 0);
        if (r == -Errno.EISDIR) {
            return true;
        }
        if (r == 0) {
            files++;
            bytes += taken;
        } else if (r != -Errno.ENOENT) {
            note(r);
        }
        return false;
    }

    private long taken(long name) {
        long r =
                linux.call(
                        Sys.STATX,
                        current,
                        name,
                        Disk.AT_SYMLINK_NOFOLLOW,
                        STATX_NLINK_BLOCKS,
                        statx.address());
        return r == 0 && statx.get(JAVA_INT, STATX_NLINK) == 1
                ? statx.get(JAVA_LONG, STATX_BLOCKS) * BLOCK
                : 0;
    }

    /** Opens a directory, removes its files and remembers its directories. Always goes on. */
    private boolean descend(byte[] name, int pass) {
        int fd = open(put(name));
        if (fd < 0) {
            // What became a file meanwhile, or went.
            if (fd != -Errno.ENOENT) {
                note(fd);
            }
            return true;
        }
        Stat identity = linux.stat(fd, "", Linux.AT_EMPTY_PATH);
        if (identity.result() < 0) {
            linux.close(fd);
            note(identity.result());
            return true;
        }
        Level level = new Level(name, identity, pass);
        if ((level.identity.mode() & OWNER_ALL) != OWNER_ALL) {
            int ignored = linux.fchmod(fd, OWNER_ALL);
            assert ignored <= 0;
        }
        leave();
        current = fd;
        levels.push(level);
        note(
                DirectoryReader.visit(
                        linux,
                        fd,
                        (address, segment, directory) -> {
                            if (directory || unlinkFile(address)) {
                                level.pending.add(copy(segment));
                            }
                        }));
        return true;
    }

    private static byte[] copy(MemorySegment name) {
        int length = 0;
        while (name.get(JAVA_BYTE, length) != 0) {
            length++;
        }
        byte[] copy = new byte[length + 1];
        MemorySegment.copy(name, JAVA_BYTE, 0, copy, 0, length);
        return copy;
    }

    /** Removes the directory we are in from outside. Returns false if there is no way up. */
    private boolean ascend() {
        Level level = levels.pop();
        int parent = levels.isEmpty() ? base : parent(levels.element());
        if (parent < 0) {
            note(parent);
            return false;
        }
        leave();
        current = parent;
        int r = (int) linux.call(Sys.UNLINKAT, current, put(level.name), Linux.AT_REMOVEDIR);
        if (r == 0) {
            files++;
        } else if (r == -Errno.ENOTEMPTY && firstError == 0 && level.pass < MOST_PASSES) {
            // Removing entries while they are read may make a file system skip some.
            return descend(level.name, level.pass + 1);
        } else if (r != -Errno.ENOENT) {
            note(r);
        }
        return true;
    }

    /** {@code ..}, if it still is the directory we came from: else somebody moved the tree. */
    private int parent(Level above) {
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
        int fd = linux.openat(current, "..", flags, 0);
        if (fd >= 0) {
            Stat now = linux.stat(fd, "", Linux.AT_EMPTY_PATH);
            if (now.result() < 0) {
                linux.close(fd);
                return now.result();
            }
            if (now.inode() != above.identity.inode() || now.device() != above.identity.device()) {
                linux.close(fd);
                return -Errno.EBUSY;
            }
        }
        return fd;
    }

    private void leave() {
        if (current != base) {
            linux.close(current);
            current = base;
        }
    }

    private int open(long name) {
        int fd = openAt(name, Linux.O_RDONLY);
        if (fd != -Errno.EACCES) {
            return fd;
        }
        int handle = openAt(name, Linux.O_PATH);
        if (handle < 0) {
            return handle;
        }
        // fchmod(2) takes no O_PATH descriptor, and fchmodat(2) by name would follow a link.
        int r = linux.fchmodat(Linux.AT_FDCWD, "/proc/self/fd/" + handle, OWNER_ALL);
        linux.close(handle);
        return r < 0 ? r : openAt(name, Linux.O_RDONLY);
    }

    private int openAt(long name, int access) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(Layouts.OPEN_HOW);
            how.set(JAVA_LONG, 0, access | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
            how.set(JAVA_LONG, 16, Disk.RESOLVE_NO_XDEV | Disk.RESOLVE_NO_SYMLINKS);
            return (int) linux.call(Sys.OPENAT2, current, name, how.address(), how.byteSize());
        }
    }

    private void note(int result) {
        if (result < 0 && firstError == 0) {
            firstError = result;
        }
    }
}
