package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.archive.UpperFiles.Kept;
import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks an upper directory, descriptor to descriptor, by name in the order of bytes. A process of
 * the container may be at work in it: no name is followed, and a file that changes while it is read
 * is an error.
 */
final class UpperWalk {
    private static final String STEP = "write layer";
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int MOST_PATH = 4095;
    private static final int PIECE = 256 << 10;
    private static final int SOCKET = 0xC000;

    /** A FIFO put there in its place must not hold us. */
    private static final int READ = Linux.O_RDONLY | Linux.O_NOFOLLOW | Linux.O_NONBLOCK;

    private final FileCalls calls;
    private final UpperLayer.Options options;
    private final UpperFiles files;
    private final TarWriter tar;
    private final Map<Long, String> linked = new HashMap<>();
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    private long device;
    private long entries;

    UpperWalk(FileCalls calls, UpperLayer.Options options, TarWriter tar) {
        this.calls = calls;
        this.options = options;
        this.files = new UpperFiles(calls, options);
        this.tar = tar;
    }

    void write(int upper) {
        int fd = opened("./", calls.openat(upper, ".", READ | Linux.O_DIRECTORY, 0));
        try {
            device = calls.fstat(fd).device();
            directory(fd, "./", "", 1);
            tar.finish();
        } finally {
            calls.close(fd);
        }
    }

    /** Writes an open directory and what is in it, whose names begin with {@code prefix}. */
    private void directory(int fd, String name, String prefix, int depth) {
        if (depth > options.limits().depth()) {
            throw limit(name, "it is deeper than " + options.limits().depth(), "depth");
        }
        Kept kept = files.directory(fd, name);
        put(kept.entry());
        boolean opaque = kept.mark() == Kept.Mark.OPAQUE;
        if (opaque) {
            put(Entries.file(prefix + OPAQUE, 0, 0));
        }
        for (DirectoryEntry child : sorted(fd, name)) {
            child(fd, child.name(), prefix, kept.mark(), depth);
        }
    }

    private List<DirectoryEntry> sorted(int fd, String name) {
        List<DirectoryEntry> names = new ArrayList<>();
        int result;
        do {
            result = calls.getdents(fd, names);
        } while (result > 0);
        if (result < 0) {
            throw Trouble.errno(STEP, RawNames.show(name), result);
        }
        names.sort(Comparator.comparing(DirectoryEntry::name));
        return names;
    }

    private void child(int dir, String name, String prefix, Kept.Mark above, int depth) {
        String path = prefix + name;
        FileStat stat = calls.stat(dir, name);
        check(path, name, stat);
        if (stat.isDirectory()) {
            subdirectory(dir, name, path, depth);
        } else if (stat.isWhiteout() || isMarkedGone(dir, name, stat, above)) {
            // In an opaque directory there is nothing beneath that could be gone.
            if (above != Kept.Mark.OPAQUE) {
                put(Entries.file(prefix + WHITEOUT + name, 0, 0));
            }
        } else if (stat.type() != SOCKET) {
            leaf(dir, name, path, stat);
        }
    }

    private void check(String path, String name, FileStat stat) {
        if (!stat.exists()) {
            throw changed(path, stat.result());
        }
        if (path.length() > MOST_PATH) {
            throw unsupported(path, "its path is longer than " + MOST_PATH + " bytes");
        }
        if (name.startsWith(WHITEOUT)) {
            throw unsupported(path, "in a layer its name would hide another file");
        }
        if (stat.device() != device && !stat.isWhiteout()) {
            throw unsupported(path, "it is on another file system: something is mounted there");
        }
    }

    /** Since Linux 6.7 a whiteout may be an empty file with an attribute, overlayfs.rst. */
    private boolean isMarkedGone(int dir, String name, FileStat stat, Kept.Mark above) {
        return above == Kept.Mark.MARKED_NAMES
                && stat.type() == FileStat.REGULAR
                && stat.size() == 0
                && files.isMarkedGone(dir, name);
    }

    private void subdirectory(int dir, String name, String path, int depth) {
        int fd = calls.openat(dir, name, READ | Linux.O_DIRECTORY, 0);
        opened(path, fd);
        try {
            directory(fd, path + "/", path + "/", depth + 1);
        } finally {
            calls.close(fd);
        }
    }

    private void leaf(int dir, String name, String path, FileStat stat) {
        String first = stat.links() > 1 ? linked.putIfAbsent(stat.inode(), path) : null;
        if (first != null) {
            put(files.hardLink(dir, name, path, stat, first));
        } else if (stat.type() == FileStat.REGULAR) {
            file(dir, name, path);
        } else {
            put(files.special(dir, name, path, stat));
        }
    }

    private void file(int dir, String name, String path) {
        int fd = opened(path, calls.openat(dir, name, READ, 0));
        try {
            TarEntry entry = files.file(fd, path);
            put(entry);
            content(fd, path, entry.size());
            FileStat after = calls.fstat(fd);
            if (after.size() != entry.size()
                    || after.seconds() != entry.seconds()
                    || after.nanos() != entry.nanos()) {
                throw changed(path, 0);
            }
        } finally {
            calls.close(fd);
        }
    }

    private void content(int fd, String path, long size) {
        long at = 0;
        while (at < size) {
            piece.clear().limit((int) Math.min(PIECE, size - at));
            int got = calls.read(fd, piece, at);
            if (got <= 0) {
                throw changed(path, got);
            }
            at += got;
            tar.content(piece.flip());
        }
    }

    private void put(TarEntry entry) {
        if (++entries > options.limits().entries()) {
            throw limit(entry.name(), "there are more entries than that", "entries");
        }
        tar.entry(entry);
    }

    private int opened(String path, int fd) {
        if (fd < 0) {
            throw fd == -Errno.ENOENT || fd == -Errno.ELOOP || fd == -Errno.ENOTDIR
                    ? changed(path, fd)
                    : Trouble.errno(STEP, RawNames.show(path), fd);
        }
        return fd;
    }

    private static ImageException changed(String path, int result) {
        return new ImageException(
                Kind.STORE,
                STEP,
                RawNames.show(path),
                "it changed while it was read" + (result < 0 ? ": " + Errno.name(-result) : ""),
                "pause the container, or wait until it has written all");
    }

    static ImageException unsupported(String path, String reason) {
        return Trouble.of(Kind.UNSUPPORTED, STEP, RawNames.show(path), reason);
    }

    private static ImageException limit(String path, String reason, String limit) {
        return new ImageException(
                Kind.LIMIT_EXCEEDED,
                STEP,
                RawNames.show(path),
                reason,
                "raise ImageLimits." + limit + " if this is wanted");
    }
}
