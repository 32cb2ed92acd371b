package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Removes a tree, following no link, with few descriptors and no recursion: what lies too deep is
 * moved up to the top first.
 */
public final class TreeRemover {
    private static final int DIRECTORY = Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
    private static final int OPEN_LEVELS = 32;
    private static final int TRIES = 8;

    private final FileCalls calls;
    private final String top;
    private final boolean root;
    private final Deque<Level> levels = new ArrayDeque<>();
    private long moved;

    /** A directory that is being emptied. */
    private static final class Level {
        final int parent;
        final String name;
        final int fd;
        final Deque<String> directories = new ArrayDeque<>();
        int rounds;

        Level(int parent, String name, int fd) {
            this.parent = parent;
            this.name = name;
            this.fd = fd;
        }
    }

    private TreeRemover(FileCalls calls, String top) {
        this.calls = calls;
        this.top = top;
        this.root = calls.geteuid() == 0;
    }

    /**
     * Removes whatever {@code name} is; nothing if it is not there.
     *
     * @param dir a descriptor of the directory that it is in
     */
    public static void remove(FileCalls calls, int dir, String name) {
        int result = calls.unlinkat(dir, name, 0);
        if (result == -Errno.EISDIR || result == -Errno.EPERM) {
            new TreeRemover(calls, name).run(dir, name);
        } else if (result < 0 && result != -Errno.ENOENT) {
            throw Failures.call("remove", name, result);
        }
    }

    private void run(int dir, String name) {
        try {
            enter(dir, name);
            while (!levels.isEmpty()) {
                step(levels.getFirst());
            }
        } finally {
            levels.forEach(level -> calls.close(level.fd));
        }
    }

    private void step(Level level) {
        if (!level.directories.isEmpty()) {
            descend(level, level.directories.pop());
            return;
        }
        int result = calls.unlinkat(level.parent, level.name, Linux.AT_REMOVEDIR);
        if (result == -Errno.ENOTEMPTY && level.rounds++ < TRIES) {
            empty(level);
        } else if (result < 0 && result != -Errno.ENOENT) {
            throw Failures.call("remove directory", level.name, result);
        } else {
            levels.pop();
            calls.close(level.fd);
        }
    }

    private void descend(Level level, String name) {
        if (levels.size() < OPEN_LEVELS) {
            enter(level.fd, name);
            return;
        }
        Level highest = levels.getLast();
        permit(level.fd, name);
        int result;
        String up;
        do {
            up = ".deep." + moved++;
            result = calls.renameat2(level.fd, name, highest.fd, up, FileCalls.RENAME_NOREPLACE);
        } while (result == -Errno.EEXIST);
        if (result < 0) {
            throw Failures.call("move up to remove", name, result);
        }
        highest.directories.push(up);
    }

    private void enter(int dir, String name) {
        int fd = calls.openat(dir, name, DIRECTORY, 0);
        if (fd == -Errno.EACCES) {
            permit(dir, name);
            fd = calls.openat(dir, name, DIRECTORY, 0);
        }
        if (fd == -Errno.ENOENT) {
            return;
        }
        if (fd < 0) {
            throw Failures.call("open directory to remove of " + top, name, fd);
        }
        Level level = new Level(dir, name, fd);
        levels.push(level);
        if (!root) {
            // Nothing can be removed from what its owner may not write to; root may always.
            calls.fchmod(fd, 0700);
        }
        empty(level);
    }

    /**
     * Lets its owner in, by a descriptor that can be no link: mode 000 keeps ordinary users out.
     */
    private void permit(int dir, String name) {
        int fd = calls.openat(dir, name, DIRECTORY | Linux.O_PATH, 0);
        if (fd >= 0) {
            calls.fchmodat(Linux.AT_FDCWD, "/proc/self/fd/" + fd, 0700);
            calls.close(fd);
        }
    }

    /** Removes what is no directory, and notes what is one. */
    private void empty(Level level) {
        calls.lseek(level.fd, 0, 0);
        List<DirectoryEntry> names = new ArrayList<>();
        while (calls.getdents(level.fd, names) > 0) {
            for (DirectoryEntry entry : names) {
                unlink(level, entry);
            }
            names.clear();
        }
    }

    private void unlink(Level level, DirectoryEntry entry) {
        if (entry.isDirectory()) {
            level.directories.push(entry.name());
            return;
        }
        int result = calls.unlinkat(level.fd, entry.name(), 0);
        if (result == -Errno.EISDIR) {
            level.directories.push(entry.name());
        } else if (result < 0 && result != -Errno.ENOENT) {
            throw Failures.call("remove", entry.name(), result);
        }
    }
}
