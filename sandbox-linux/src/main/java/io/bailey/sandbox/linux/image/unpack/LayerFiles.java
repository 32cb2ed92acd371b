package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** Takes what a file is like, and what is in it, from one place to another. */
final class LayerFiles {
    private static final int READ = Linux.O_RDONLY | Linux.O_NOFOLLOW;
    private static final int NEW_FILE =
            Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW;
    private static final int COPY_BYTES = 1 << 18;

    private final FileCalls calls;
    private final boolean privileged;
    private final int uid;
    private final int gid;

    LayerFiles(FileCalls calls, UnpackOptions options) {
        this.calls = calls;
        this.privileged = options.isPrivileged();
        this.uid = calls.geteuid();
        this.gid = calls.getegid();
    }

    /** The extended attributes of a name in a directory, without overlay's and the host's. */
    Map<String, byte[]> attributes(int directory, String name) {
        int length = calls.llistxattr(directory, name);
        if (length == -Errno.EOPNOTSUPP) {
            return Map.of();
        }
        check("list attributes", name, length);
        Map<String, byte[]> attributes = new TreeMap<>();
        for (String attribute : calls.text(length).split("\0", -1)) {
            if (!attribute.isEmpty() && Attributes.isTaken(attribute)) {
                int size = calls.lgetxattr(directory, name, attribute);
                check("read attribute " + attribute, name, size);
                attributes.put(attribute, calls.bytes(size));
            }
        }
        return attributes;
    }

    /**
     * Another name for a file, in another directory of the same file system; a copy where there can
     * be none.
     */
    void share(int fromDirectory, String from, FileStat stat, int toDirectory, String to) {
        int result = calls.linkat(fromDirectory, from, toDirectory, to);
        switch (-result) {
            case 0 -> {}
            case Errno.EXDEV, Errno.EMLINK, Errno.EPERM ->
                    copy(fromDirectory, from, stat, toDirectory, to);
            default -> check("link", from, result);
        }
    }

    private void copy(int fromDirectory, String from, FileStat stat, int toDirectory, String to) {
        Map<String, byte[]> attributes = attributes(fromDirectory, from);
        switch (stat.type()) {
            case FileStat.REGULAR -> copyContent(fromDirectory, from, toDirectory, to);
            case FileStat.LINK -> {
                int length = calls.readlinkat(fromDirectory, from);
                check("read link", from, length);
                check("make link", to, calls.symlinkat(calls.text(length), toDirectory, to));
            }
            default -> {
                int mode = stat.type() | 0600;
                int major = stat.major();
                check("make node", to, calls.mknodat(toDirectory, to, mode, major, stat.minor()));
            }
        }
        describe(toDirectory, to, stat, attributes);
    }

    private void copyContent(int fromDirectory, String from, int toDirectory, String to) {
        int source = calls.openat(fromDirectory, from, READ, 0);
        check("read file", from, source);
        try {
            int target = calls.openat(toDirectory, to, NEW_FILE, 0600);
            check("make file", to, target);
            try {
                pour(source, target, to);
            } finally {
                calls.close(target);
            }
        } finally {
            calls.close(source);
        }
    }

    private void pour(int source, int target, String name) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
        long position = 0;
        while (true) {
            int n = calls.read(source, buffer.clear(), position);
            check("read file", name, n);
            if (n == 0) {
                return;
            }
            check("write file", name, calls.write(target, buffer.flip(), position));
            position += n;
        }
    }

    /** Makes a name in a directory like something else. */
    void describe(int directory, String name, FileStat stat, Map<String, byte[]> attributes) {
        if (privileged && (stat.uid() != uid || stat.gid() != gid)) {
            int flags = FileCalls.AT_SYMLINK_NOFOLLOW;
            check(
                    "set owner",
                    name,
                    calls.fchownat(directory, name, stat.uid(), stat.gid(), flags));
        }
        attributes.forEach((attribute, value) ->
                check(
                        "set attribute " + attribute,
                        name,
                        calls.lsetxattr(directory, name, attribute, value)));
        if (!stat.isLink()) {
            check("set mode", name, calls.fchmodat(directory, name, stat.permissions()));
        }
        check("set times", name, calls.utimensat(directory, name, stat.seconds(), stat.nanos()));
    }

    private static void check(String step, String name, int result) {
        if (result < 0) {
            throw Failures.call(step, name, result);
        }
    }
}
