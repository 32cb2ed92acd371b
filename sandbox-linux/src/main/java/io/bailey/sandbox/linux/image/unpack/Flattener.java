package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.unpack.UnionTree.Directory;
import io.bailey.sandbox.linux.image.unpack.UnionTree.Leaf;
import io.bailey.sandbox.linux.image.unpack.UnionTree.Missing;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Layers as one tree: its directories are its own, its files further names of the layers'. Nobody
 * writes to either: a sandbox has a writable layer above.
 */
public final class Flattener implements AutoCloseable {
    private static final int PRIVATE = 0700;
    private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

    private final FileCalls calls;
    private final UnionTree union;
    private final int target;
    private final boolean privileged;

    private Flattener(FileCalls calls, List<LayerTree> layers, int target, UnpackOptions options) {
        this.calls = calls;
        this.union = UnionTree.of(calls, layers);
        this.target = target;
        this.privileged = options.isPrivileged();
    }

    /**
     * Fills an empty directory.
     *
     * @param lowerToUpper the layers, fix-up layers among them
     * @param target a descriptor of the directory, on the same file system
     */
    public static void flatten(List<LayerTree> lowerToUpper, int target, UnpackOptions options) {
        if (lowerToUpper.isEmpty()) {
            return;
        }
        try (Flattener flattener = new Flattener(FileCalls.open(), lowerToUpper, target, options)) {
            flattener.run();
        }
    }

    /** Directories are described last, the deepest first: what is made in them changes them. */
    private void run() {
        Deque<String> left = new ArrayDeque<>(List.of(""));
        List<String> all = new ArrayList<>();
        while (!left.isEmpty()) {
            String path = left.pop();
            all.add(path);
            fill(path, left);
        }
        all.reversed().forEach(this::describe);
    }

    private void fill(String path, Deque<String> left) {
        int fd = open(path);
        try {
            for (String name : union.names(path)) {
                String child = PathNames.child(path, name);
                switch (union.find(child)) {
                    case Directory directory -> {
                        check("make directory", child, calls.mkdirat(fd, name, PRIVATE));
                        left.push(child);
                    }
                    case Leaf leaf -> link(leaf, child, fd, name);
                    case Missing missing -> {}
                }
            }
        } finally {
            calls.close(fd);
        }
    }

    private int open(String path) {
        int resolve =
                FileCalls.RESOLVE_BENEATH
                        | FileCalls.RESOLVE_NO_SYMLINKS
                        | FileCalls.RESOLVE_NO_MAGICLINKS;
        return check(
                "open directory",
                path,
                calls.openat2(target, path.isEmpty() ? "." : path, DIRECTORY, 0, resolve));
    }

    private void link(Leaf leaf, String path, int into, String name) {
        int from = check("open directory of a layer", path, parent(leaf.layer(), path));
        try {
            check("link", path, calls.linkat(from, name, into, name));
        } finally {
            calls.close(from);
        }
    }

    private int parent(int layer, String path) {
        return union.open(layer, PathNames.parent(path), Linux.O_PATH);
    }

    private void describe(String path) {
        if (union.find(path) instanceof Directory directory) {
            int like = check("open", path, union.open(directory.described(), path, 0));
            int fd = open(path);
            try {
                describe(path, like, fd);
            } finally {
                calls.close(fd);
                calls.close(like);
            }
        }
    }

    private void describe(String path, int like, int fd) {
        FileStat stat = calls.fstat(like);
        check("look at", path, stat.result());
        if (privileged) {
            check(
                    "set owner",
                    path,
                    calls.fchownat(fd, "", stat.uid(), stat.gid(), Linux.AT_EMPTY_PATH));
        }
        int length = calls.flistxattr(like);
        for (String attribute : length > 0 ? calls.text(length).split("\0") : new String[0]) {
            int size = Attributes.isTaken(attribute) ? calls.fgetxattr(like, attribute) : -1;
            if (size >= 0) {
                int set = calls.fsetxattr(fd, attribute, calls.bytes(size));
                check("set attribute " + attribute, path, set == -Errno.EPERM ? 0 : set);
            }
        }
        check("set mode", path, calls.fchmod(fd, stat.permissions()));
        check("set times", path, calls.futimens(fd, stat.seconds(), stat.nanos()));
    }

    private static int check(String step, String path, int result) {
        if (result < 0) {
            throw Failures.call(step, path, result);
        }
        return result;
    }

    @Override
    public void close() {
        calls.close();
    }
}
