package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Reads files of a container, descriptor to descriptor. Whoever is at work in there may exchange
 * anything meanwhile: each name is opened without access first, and looked at; only what is a file
 * or a directory is opened to be read, by that descriptor.
 */
final class CopyOut {
    private static final String READ = "copy out: read";
    private static final int PIECE = 256 << 10;

    /** As many as images may have by default: each has a descriptor open. */
    private static final int MOST_DEPTH = ImageLimits.standard().depth();

    private static final int FLAGS = Linux.O_RDONLY | Linux.O_NONBLOCK;

    /** The DT_ numbers of directories, files, links, and of what only a look tells. */
    private static final Set<Integer> COPIED = Set.of(4, 8, 10, 0);

    private final CopyPlace place;
    private final Linux linux;
    private final FileCalls calls;
    private final CopyBudget budget;
    private final CopySink sink;
    private final Deque<Level> levels = new ArrayDeque<>();
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
        budget.entry(shown);
        try {
            one(found, name, Shown.top(shown));
            descend();
        } finally {
            levels.forEach(level -> level.open.close());
        }
        place.requireAlive();
    }

    /** Its room has been taken when it was listed. */
    private void one(Fd found, String name, Shown shown) {
        FileStat stat = calls.fstat(found.number());
        CopyTrouble.check(stat.result(), READ, shown);
        switch (stat.type()) {
            case FileStat.DIRECTORY -> directory(found, name, stat, shown);
            case FileStat.REGULAR -> file(found, name, stat, shown);
            case FileStat.LINK -> {
                int length = CopyTrouble.check(calls.readlinkat(found.number(), ""), READ, shown);
                sink.link(name, calls.text(length), stat, shown);
            }
            default -> {
                // Devices, pipes and sockets mean nothing elsewhere.
            }
        }
    }

    /** The same file, to be read: nothing is looked up. */
    private Fd reopen(Fd found, int flags, Shown shown) {
        String self = "/proc/self/fd/" + found.number();
        int fd = calls.openat(Linux.AT_FDCWD, self, FLAGS | flags, 0);
        return linux.own(CopyTrouble.check(fd, READ, shown));
    }

    private void directory(Fd found, String name, FileStat stat, Shown shown) {
        place.requireAlive();
        if (shown.depth() > MOST_DEPTH) {
            throw CopyTrouble.of(
                    READ,
                    "ENAMETOOLONG",
                    shown.toString(),
                    "directories are copied " + MOST_DEPTH + " deep and no deeper");
        }
        Fd open = reopen(found, Linux.O_DIRECTORY, shown);
        // One descriptor for each directory on the way is enough.
        found.close();
        Level level = new Level(open, stat, shown);
        levels.push(level);
        sink.enter(name, stat, shown);
        level.names.addAll(names(open, shown));
    }

    /** A directory on the way down, and what of it is still to be copied. */
    private static final class Level {
        private final Fd open;
        private final FileStat stat;
        private final Shown shown;
        private final Deque<DirectoryEntry> names = new ArrayDeque<>();

        Level(Fd open, FileStat stat, Shown shown) {
            this.open = open;
            this.stat = stat;
            this.shown = shown;
        }
    }

    /** Not by calls that call each other: threads may have little stack. */
    private void descend() {
        while (!levels.isEmpty()) {
            Level level = levels.element();
            DirectoryEntry next = level.names.poll();
            if (next != null) {
                child(level.open, next.name(), level.shown);
            } else {
                sink.leave(level.stat, level.shown);
                levels.pop().open.close();
            }
        }
    }

    /** What may be copied of a directory: no more of it is held than there is room for. */
    private List<DirectoryEntry> names(Fd directory, Shown shown) {
        List<DirectoryEntry> names = new ArrayList<>();
        List<DirectoryEntry> some = new ArrayList<>();
        while (CopyTrouble.check(calls.getdents(directory.number(), some), READ, shown) > 0) {
            some.removeIf(entry -> !COPIED.contains(entry.type()));
            budget.entries(some.size(), shown);
            names.addAll(some);
            some.clear();
        }
        return names;
    }

    private void child(Fd directory, String name, Shown above) {
        Shown shown = above.in(name);
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
    private void file(Fd found, String name, FileStat stat, Shown shown) {
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
