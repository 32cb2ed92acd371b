package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Compares the content of a file with an archive's, byte by byte; what is not stored must be 0. */
final class ContentVerifier {
    private static final int CHUNK = 1 << 16;
    private static final int SEEK_DATA = 3;

    private final FileCalls calls;
    private final UnionTree disk;
    private final List<String> differences = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    private long compared;

    ContentVerifier(FileCalls calls, UnionTree disk) {
        this.calls = calls;
        this.disk = disk;
    }

    /** What differs. */
    List<String> compare(String path, TarEntry entry, LayerEntries entries) {
        int parent = disk.open(0, PathNames.parent(path), Linux.O_PATH);
        try {
            String name = PathNames.leaf(path);
            FileStat stat = calls.stat(parent, name);
            // A pipe would be waited for, a device might act.
            if (stat.type() == FileStat.REGULAR) {
                open(parent, name, stat, entry, entries);
            }
        } finally {
            calls.close(parent);
        }
        return differences;
    }

    private void open(
            int parent, String name, FileStat stat, TarEntry entry, LayerEntries entries) {
        int file = calls.openat(parent, name, Linux.O_NOFOLLOW, 0);
        if (file == -Errno.EACCES) {
            // An ordinary user's own file whose mode does not let even it read.
            calls.fchmodat(parent, name, 0600);
            file = calls.openat(parent, name, Linux.O_NOFOLLOW, 0);
            calls.fchmodat(parent, name, stat.permissions());
        }
        if (file < 0) {
            differences.add("cannot be read: " + Errno.name(-file));
            return;
        }
        try {
            compare(file, entry, entries);
        } finally {
            calls.close(file);
        }
    }

    private void compare(int file, TarEntry entry, LayerEntries entries) {
        if (!entry.extents().isEmpty()) {
            entries.content((position, piece) -> {
                zeros(file, position);
                same(file, position, piece);
                compared = position + piece.limit() - piece.position();
            });
        }
        zeros(file, entry.size());
    }

    private void same(int file, long from, ByteBuffer piece) {
        int start = piece.position();
        int length = piece.remaining();
        int done = 0;
        while (done < length && differences.isEmpty()) {
            buffer.clear().limit(Math.min(CHUNK, length - done));
            int n = calls.read(file, buffer, from + done);
            if (n <= 0 || !buffer.flip().equals(piece.slice(start + done, n))) {
                differences.add("content differs at " + (from + done));
            }
            done += Math.max(0, n);
        }
    }

    /** From what was compared last to {@code end}: hole after hole, and zeros between them. */
    private void zeros(int file, long end) {
        long position = compared;
        while (position < end && differences.isEmpty()) {
            long data = calls.lseek(file, position, SEEK_DATA);
            if (data < 0 || data >= end) {
                return;
            }
            buffer.clear().limit((int) Math.min(CHUNK, end - data));
            int n = calls.read(file, buffer, data);
            if (n <= 0) {
                return;
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                if (buffer.get() != 0) {
                    differences.add("there is something in a hole after " + data);
                    return;
                }
            }
            position = data + n;
        }
    }
}
