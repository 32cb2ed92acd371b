package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads files of a container, descriptor to descriptor. Whoever is at work in there may exchange
 * anything meanwhile: each name is opened without access first, and looked at; only what is a file
 * or a directory is opened to be read, by that descriptor.
 */
final class CopyOut {
    private static final String READ = "copy out: read";
    private static final int PIECE = 256 << 10;
    private static final int FLAGS = Linux.O_RDONLY | Linux.O_NONBLOCK;

    private final CopyPlace place;
    private final Linux linux;
    private final FileCalls calls;
    private final CopyBudget budget;
    private final CopySink sink;
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);

    CopyOut(CopyPlace place, FileCalls calls, CopyBudget budget, CopySink sink) {
        this.place = place;
        this.linux = place.engine().linux();
        this.calls = calls;
        this.budget = budget;
        this.sink = sink;
    }

    /**
     * Copies what {@code found} is, opened with O_PATH, under {@code name}.
     *
     * @param shown its path in the container
     */
    void copy(Fd found, String name, String shown) {
        one(found, name, shown);
        place.requireAlive();
    }

    private void one(Fd found, String name, String shown) {
        FileStat stat = calls.fstat(found.number());
        CopyTrouble.check(stat.result(), READ, shown);
        switch (stat.type()) {
            case FileStat.DIRECTORY -> {
                budget.entry(shown);
                directory(found, name, stat, shown);
            }
            case FileStat.REGULAR -> {
                budget.entry(shown);
                file(found, name, stat, shown);
            }
            case FileStat.LINK -> {
                budget.entry(shown);
                int length = CopyTrouble.check(calls.readlinkat(found.number(), ""), READ, shown);
                sink.link(name, calls.text(length), stat, shown);
            }
            default -> {
                // Devices, pipes and sockets mean nothing elsewhere.
            }
        }
    }

    /** The same file, to be read: nothing is looked up. */
    private Fd reopen(Fd found, int flags, String shown) {
        String self = "/proc/self/fd/" + found.number();
        int fd = calls.openat(Linux.AT_FDCWD, self, FLAGS | flags, 0);
        return linux.own(CopyTrouble.check(fd, READ, shown));
    }

    private void directory(Fd found, String name, FileStat stat, String shown) {
        place.requireAlive();
        try (Fd open = reopen(found, Linux.O_DIRECTORY, shown)) {
            sink.enter(name, stat, shown);
            List<DirectoryEntry> names = new ArrayList<>();
            int result;
            do {
                result = CopyTrouble.check(calls.getdents(open.number(), names), READ, shown);
            } while (result > 0);
            for (DirectoryEntry entry : names) {
                child(open, entry.name(), shown);
            }
            sink.leave(stat, shown);
        }
    }

    private void child(Fd directory, String name, String above) {
        String shown = (above.equals("/") ? above : above + "/") + CopyPaths.shown(name);
        int flags = Linux.O_PATH | Linux.O_NOFOLLOW;
        int fd = calls.openat(directory.number(), name, flags, 0);
        if (fd == -Errno.ENOENT) {
            // It has been removed since.
            return;
        }
        try (Fd found = linux.own(CopyTrouble.check(fd, READ, shown))) {
            one(found, name, shown);
        }
    }

    /** Of a file that grows only what it had at first; of one of the kernel's, what it gives. */
    private void file(Fd found, String name, FileStat stat, String shown) {
        try (Fd open = reopen(found, 0, shown)) {
            sink.begin(name, stat, shown);
            long most = stat.size() == 0 && sink.takesMore() ? Long.MAX_VALUE : stat.size();
            long at = 0;
            while (at < most) {
                piece.clear().limit((int) Math.min(PIECE, most - at));
                int got = CopyTrouble.check(calls.read(open.number(), piece, at), READ, shown);
                if (got == 0) {
                    break;
                }
                budget.bytes(got, shown);
                sink.content(at, piece.flip(), shown);
                at += got;
            }
            sink.end(stat, at, shown);
        }
    }
}
