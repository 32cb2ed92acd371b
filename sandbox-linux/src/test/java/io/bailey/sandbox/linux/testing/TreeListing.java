package io.bailey.sandbox.linux.testing;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that a process can see of a tree, a line for each entry: type, mode, owner, time, extended
 * attributes, content, and which names are the same file.
 */
public final class TreeListing {
    private final FileCalls calls;
    private final int root;
    private final Map<String, String> lines = new TreeMap<>();
    private final Map<String, List<String>> names = new HashMap<>();

    private TreeListing(FileCalls calls, int root) {
        this.calls = calls;
        this.root = root;
    }

    /**
     * Of the directory that {@code root} is a descriptor of. Paths are relative, the root's is ".".
     */
    public static Map<String, String> of(int root) {
        try (FileCalls calls = FileCalls.open()) {
            TreeListing listing = new TreeListing(calls, root);
            listing.run();
            listing.names.values().stream()
                    .filter(same -> same.size() > 1)
                    .forEach(same -> listing.link(same.stream().sorted().toList()));
            return listing.lines;
        }
    }

    public static Map<String, String> of(Path root) {
        Linux linux = Linux.host();
        int fd =
                linux.openat(
                        Linux.AT_FDCWD, root.toString(), Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
        if (fd < 0) {
            throw new IllegalStateException(root + ": " + fd);
        }
        try {
            return of(fd);
        } finally {
            linux.close(fd);
        }
    }

    /** What the two do not agree on: path, one, other. */
    public static List<String> differences(Map<String, String> one, Map<String, String> other) {
        List<String> differences = new ArrayList<>();
        TreeMap<String, String> all = new TreeMap<>(one);
        all.putAll(other);
        for (String path : all.keySet()) {
            String here = one.getOrDefault(path, "-");
            String there = other.getOrDefault(path, "-");
            if (!here.equals(there)) {
                differences.add(path + "\n    " + here + "\n    " + there);
            }
        }
        return differences;
    }

    private void run() {
        Deque<String> left = new ArrayDeque<>(List.of("."));
        while (!left.isEmpty()) {
            String path = left.pop();
            int fd = check(path, calls.openat(root, path, Linux.O_RDONLY | Linux.O_DIRECTORY, 0));
            lines.put(path, line(path, calls.fstat(fd), fd, ""));
            List<DirectoryEntry> entries = new ArrayList<>();
            while (check(path, calls.getdents(fd, entries)) > 0) {
                // Until all are there.
            }
            entries.sort(Comparator.comparing(DirectoryEntry::name));
            for (DirectoryEntry entry : entries) {
                String child = path.equals(".") ? entry.name() : path + "/" + entry.name();
                FileStat stat = calls.stat(fd, entry.name());
                if (stat.result() < 0) {
                    lines.put(child, "cannot be looked at: " + stat.result());
                } else if (stat.isDirectory()) {
                    left.push(child);
                } else {
                    lines.put(child, line(child, stat, fd, entry.name()));
                }
            }
            calls.close(fd);
        }
    }

    /** Of how many names the file system says that there are is its own business. */
    private void link(List<String> same) {
        same.forEach(name -> lines.merge(name, " is one file as " + same, String::concat));
    }

    private String line(String path, FileStat stat, int fd, String name) {
        if (!stat.isDirectory()) {
            names.computeIfAbsent(stat.device() + ":" + stat.inode(), _ -> new ArrayList<>())
                    .add(path);
        }
        return Integer.toOctalString(stat.mode())
                + " "
                + Integer.toUnsignedString(stat.uid())
                + ":"
                + Integer.toUnsignedString(stat.gid())
                + " "
                + stat.seconds()
                + "."
                + stat.nanos()
                + (stat.type() == FileStat.CHARACTER || stat.type() == FileStat.BLOCK
                        ? " device " + stat.major() + ":" + stat.minor()
                        : "")
                + attributes(path, fd, name)
                + content(path, stat, fd, name);
    }

    private String attributes(String path, int fd, String name) {
        int length = name.isEmpty() ? calls.flistxattr(fd) : calls.llistxattr(fd, name);
        String[] names = length > 0 ? calls.text(length).split("\0") : new String[0];
        Arrays.sort(names);
        StringBuilder text = new StringBuilder();
        for (String attribute : names) {
            int size =
                    name.isEmpty()
                            ? calls.fgetxattr(fd, attribute)
                            : calls.lgetxattr(fd, name, attribute);
            text.append(' ')
                    .append(attribute)
                    .append('=')
                    .append(HexFormat.of().formatHex(calls.bytes(check(path, size))));
        }
        return text.toString();
    }

    private String content(String path, FileStat stat, int fd, String name) {
        return switch (stat.type()) {
            case FileStat.LINK -> " -> " + calls.text(check(path, calls.readlinkat(fd, name)));
            case FileStat.REGULAR -> " " + stat.size() + " " + hash(path, fd, name);
            default -> "";
        };
    }

    private String hash(String path, int dir, String name) {
        int fd = check(path, calls.openat(dir, name, Linux.O_RDONLY, 0));
        MessageDigest hash = Digest.Algorithm.SHA256.start();
        ByteBuffer chunk = ByteBuffer.allocateDirect(1 << 16);
        long at = 0;
        int n;
        do {
            chunk.clear();
            n = check(path, calls.read(fd, chunk, at));
            hash.update(chunk.flip());
            at += n;
        } while (n > 0);
        calls.close(fd);
        return Digest.of(Digest.Algorithm.SHA256, hash).hex().substring(0, 16);
    }

    private static int check(String path, int result) {
        if (result < 0) {
            throw new IllegalStateException(path + ": " + result);
        }
        return result;
    }
}
