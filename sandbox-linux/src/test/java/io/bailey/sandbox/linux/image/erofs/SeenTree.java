package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * What the kernel shows below a directory, by path, in a line each: from descriptor to descriptor,
 * names as bytes.
 */
final class SeenTree implements AutoCloseable {
    private final FileCalls calls = FileCalls.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    private final SortedMap<String, String> seen = new TreeMap<>();
    private final Map<Long, String> firstNames = new HashMap<>();

    private SeenTree() {}

    static SortedMap<String, String> of(int directory) {
        try (SeenTree tree = new SeenTree()) {
            int root = tree.open(directory, ".", Linux.O_RDONLY | Linux.O_DIRECTORY);
            tree.seen.put("", tree.line("", root, ".", tree.calls.fstat(root)));
            tree.directory("", root);
            return tree.seen;
        }
    }

    private int open(int dir, String name, int flags) {
        int fd = calls.openat(dir, name, flags | Linux.O_NOFOLLOW, 0);
        if (fd < 0) {
            throw new AssertionError("open " + name + ": " + fd);
        }
        return fd;
    }

    /** Closes {@code fd}. */
    private void directory(String path, int fd) {
        List<DirectoryEntry> entries = new ArrayList<>();
        int r;
        do {
            r = calls.getdents(fd, entries);
        } while (r > 0);
        if (r < 0) {
            throw new AssertionError("getdents " + path + ": " + r);
        }
        entries.sort(Comparator.comparing(DirectoryEntry::name));
        for (DirectoryEntry entry : entries) {
            entry(path.isEmpty() ? entry.name() : path + "/" + entry.name(), fd, entry);
        }
        calls.close(fd);
    }

    private void entry(String path, int dir, DirectoryEntry entry) {
        FileStat stat = calls.stat(dir, entry.name());
        if (stat.result() < 0 || stat.mode() >> 12 != entry.type()) {
            throw new AssertionError(path + ": " + entry + " is " + stat);
        }
        if (seen.put(path, line(path, dir, entry.name(), stat)) != null) {
            throw new AssertionError(path + " is listed twice");
        }
        if ((stat.mode() & FileStat.TYPE) == FileStat.DIRECTORY) {
            directory(path, open(dir, entry.name(), Linux.O_RDONLY | Linux.O_DIRECTORY));
        }
    }

    private String line(String path, int dir, String name, FileStat stat) {
        int type = stat.mode() & FileStat.TYPE;
        String content =
                switch (type) {
                    case FileStat.REGULAR -> content(dir, name, stat.size());
                    case FileStat.LINK -> calls.text(calls.readlinkat(dir, name));
                    case FileStat.CHARACTER, FileStat.BLOCK -> stat.major() + ":" + stat.minor();
                    default -> "";
                };
        return line(
                stat.mode(),
                stat.links(),
                Integer.toUnsignedLong(stat.uid()),
                Integer.toUnsignedLong(stat.gid()),
                stat.seconds(),
                stat.nanos(),
                content,
                xattrs(dir, name),
                type == FileStat.DIRECTORY
                        ? path
                        : firstNames.computeIfAbsent(stat.inode(), _ -> path));
    }

    /** {@code content} as {@link #summary} has it, {@code first} the first of its names. */
    static String line(
            int mode,
            int links,
            long uid,
            long gid,
            long seconds,
            int nanos,
            String content,
            Map<String, byte[]> xattrs,
            String first) {
        StringBuilder line = new StringBuilder();
        line.append(Integer.toOctalString(mode)).append(" ×").append(links);
        line.append(' ').append(uid).append(':').append(gid);
        line.append(" @").append(seconds).append('.').append(nanos);
        line.append(" [").append(content).append("] ").append(first);
        xattrs.forEach((key, value) ->
                line.append(' ').append(key).append('=').append(HexFormat.of().formatHex(value)));
        return line.toString();
    }

    /** Of what a file has. */
    static String summary(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return content.length + " " + Long.toHexString(crc.getValue());
    }

    private String content(int dir, String name, long size) {
        int fd = open(dir, name, Linux.O_RDONLY);
        CRC32 crc = new CRC32();
        long at = 0;
        // A file of many gibibytes is a hole here; others are looked at to the end.
        long end = size > 1L << 32 ? 1L << 20 : Long.MAX_VALUE;
        while (at < end) {
            int n = calls.read(fd, buffer.clear(), at);
            if (n < 0) {
                throw new AssertionError("read " + name + ": " + n);
            }
            if (n == 0) {
                break;
            }
            crc.update(buffer.flip());
            at += n;
        }
        calls.close(fd);
        if (end == Long.MAX_VALUE && at != size) {
            throw new AssertionError(name + " has " + at + " bytes instead of " + size);
        }
        return size + " " + Long.toHexString(crc.getValue());
    }

    private SortedMap<String, byte[]> xattrs(int dir, String name) {
        SortedMap<String, byte[]> all = new TreeMap<>();
        int length = calls.llistxattr(dir, name);
        if (length < 0) {
            throw new AssertionError("listxattr " + name + ": " + length);
        }
        for (String key : calls.text(length).split("\0")) {
            if (!key.isEmpty()) {
                int bytes = calls.lgetxattr(dir, name, key);
                if (bytes < 0) {
                    throw new AssertionError("getxattr " + name + " " + key + ": " + bytes);
                }
                all.put(key, calls.bytes(bytes));
            }
        }
        return all;
    }

    @Override
    public void close() {
        calls.close();
    }
}
