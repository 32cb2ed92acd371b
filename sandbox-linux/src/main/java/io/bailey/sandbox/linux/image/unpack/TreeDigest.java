package io.bailey.sandbox.linux.image.unpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * One hash of a whole tree: names, types, modes, owners, times, extended attributes, links and
 * content. Two trees with the same hash are the same to whoever looks into them.
 */
public final class TreeDigest {
    private static final int CHUNK = 1 << 18;
    private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

    private final FileCalls calls;
    private final int root;
    private final MessageDigest hash = Digest.Algorithm.SHA256.start();
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);

    private TreeDigest(FileCalls calls, int root) {
        this.calls = calls;
        this.root = root;
    }

    /**
     * Reads a tree.
     *
     * @param root a descriptor of its root directory
     */
    public static Digest of(int root) {
        try (FileCalls calls = FileCalls.open()) {
            TreeDigest tree = new TreeDigest(calls, root);
            tree.run();
            return Digest.of(Digest.Algorithm.SHA256, tree.hash);
        }
    }

    private void run() {
        Deque<String> left = new ArrayDeque<>(List.of(""));
        while (!left.isEmpty()) {
            String path = left.pop();
            int fd = open(path);
            try {
                put(path, calls.fstat(fd));
                attributes(path, fd);
                for (DirectoryEntry entry : entries(path, fd)) {
                    String child = PathNames.child(path, entry.name());
                    FileStat stat = calls.stat(fd, entry.name());
                    check("look at", child, stat.result());
                    if (stat.isDirectory()) {
                        left.push(child);
                    } else {
                        put(child, stat);
                        leaf(child, fd, entry.name(), stat);
                    }
                }
            } finally {
                calls.close(fd);
            }
        }
    }

    private int open(String path) {
        int resolve = FileCalls.RESOLVE_BENEATH | FileCalls.RESOLVE_NO_SYMLINKS;
        return check(
                "open directory",
                path,
                calls.openat2(root, path.isEmpty() ? "." : path, DIRECTORY, 0, resolve));
    }

    private List<DirectoryEntry> entries(String path, int fd) {
        List<DirectoryEntry> entries = new ArrayList<>();
        int result;
        do {
            result = check("list directory", path, calls.getdents(fd, entries));
        } while (result > 0);
        entries.sort(Comparator.comparing(DirectoryEntry::name));
        return entries;
    }

    /** The size of a directory is its file system's business; a whiteout is but its name. */
    private void put(String path, FileStat stat) {
        put(path + '\0' + Integer.toOctalString(stat.type()) + ' ');
        if (!stat.isWhiteout()) {
            put(
                    Integer.toOctalString(stat.permissions())
                            + ' '
                            + Integer.toUnsignedString(stat.uid())
                            + ' '
                            + Integer.toUnsignedString(stat.gid())
                            + ' '
                            + stat.seconds()
                            + '.'
                            + stat.nanos()
                            + ' '
                            + stat.major()
                            + ':'
                            + stat.minor()
                            + ' '
                            + (stat.isDirectory() ? "" : stat.size()));
        }
        put("\0");
    }

    private void put(String text) {
        hash.update(text.getBytes(ISO_8859_1));
    }

    private void leaf(String path, int dir, String name, FileStat stat) {
        switch (stat.type()) {
            case FileStat.LINK ->
                    put(calls.text(check("read link", path, calls.readlinkat(dir, name))));
            case FileStat.REGULAR -> {
                int flags = Linux.O_RDONLY | Linux.O_NOFOLLOW;
                int fd = check("open", path, calls.openat(dir, name, flags, 0));
                try {
                    attributes(path, fd);
                    content(path, fd);
                } finally {
                    calls.close(fd);
                }
            }
            default -> {}
        }
    }

    private void attributes(String path, int fd) {
        int length = check("list attributes", path, calls.flistxattr(fd));
        String[] names = length > 0 ? calls.text(length).split("\0") : new String[0];
        Arrays.sort(names);
        for (String name : names) {
            int size = check("read attribute " + name, path, calls.fgetxattr(fd, name));
            put(name + '=');
            hash.update(calls.bytes(size));
        }
    }

    private void content(String path, int fd) {
        long at = 0;
        int n;
        do {
            chunk.clear();
            n = check("read", path, calls.read(fd, chunk, at));
            hash.update(chunk.flip());
            at += n;
        } while (n > 0);
    }

    private static int check(String step, String path, int result) {
        if (result < 0) {
            throw Failures.call(step, path, result);
        }
        return result;
    }
}
