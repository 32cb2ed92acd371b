package io.bailey.sandbox.linux.image.unpack;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.NativeMemory;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.Power;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A directory to unpack into, which is gone at the end. */
final class Workbench implements AutoCloseable {
    private static final Linux LINUX = Linux.host();
    private static final Path MEMORY = Path.of("/dev/shm");

    final FileCalls calls = FileCalls.open();
    final Path path;
    final UnpackOptions options;
    private final int dir;
    private final List<Integer> open = new ArrayList<>();
    private int made;

    Workbench(UnpackOptions options) {
        this.options = options;
        try {
            path =
                    Files.isWritable(MEMORY)
                            ? Files.createTempDirectory(MEMORY, "bailey-unpack")
                            : Files.createTempDirectory("bailey-unpack");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        dir = open(Linux.AT_FDCWD, path.toString());
    }

    /** Root's, if this is root; else an ordinary user's. */
    static Workbench best() {
        return new Workbench(
                Power.ROOT.isPresent()
                        ? UnpackOptions.privileged(ImageLimits.standard())
                        : UnpackOptions.rootless(ImageLimits.standard()));
    }

    static Workbench rootless() {
        return new Workbench(UnpackOptions.rootless(ImageLimits.standard()));
    }

    private int open(int at, String name) {
        int fd = calls.openat(at, name, Linux.O_DIRECTORY, 0);
        assertThat(fd).as(name).isPositive();
        open.add(fd);
        return fd;
    }

    /** A new empty directory. */
    int directory() {
        String name = "t" + made++;
        assertThat(calls.mkdirat(dir, name, 0755)).isZero();
        return open(dir, name);
    }

    /** Where the last directory is. */
    Path last() {
        return path.resolve("t" + (made - 1));
    }

    /** Unpacks a layer and compares it with its entries. */
    LayerTree unpack(List<Entries.Item> items) {
        int tree = directory();
        LayerNotes notes = DirectoryUnpacker.unpack(Entries.layer(items), tree, options);
        assertThat(TreeVerifier.compare(Entries.layer(items), tree, notes, options)).isEmpty();
        return new LayerTree(tree, notes);
    }

    LayerTree unpack(Entries.Item... items) {
        return unpack(List.of(items));
    }

    /** Adds a layer to a chain, and what mends it. Returns whether it had to be mended. */
    boolean stack(List<LayerTree> chain, Entries.Item... items) {
        return stack(chain, List.of(items));
    }

    boolean stack(List<LayerTree> chain, List<Entries.Item> items) {
        chain.add(unpack(items));
        int tree = directory();
        FixupResult result = Fixups.build(chain, tree, options);
        if (!result.isNeeded()) {
            List<DirectoryEntry> names = new ArrayList<>();
            calls.getdents(tree, names);
            assertThat(names).isEmpty();
        }
        result.notes().ifPresent(notes -> chain.add(new LayerTree(tree, notes)));
        return result.isNeeded();
    }

    /** All that a chain shows: by overlay where this user may mount it, and by our own union. */
    Map<String, Shown> show(List<LayerTree> chain) {
        Map<String, Shown> ours = union(chain);
        if (Power.ROOT.isPresent() && Power.OVERLAY.isPresent()) {
            assertThat(overlay(chain)).isEqualTo(ours);
        }
        return ours;
    }

    /** A detached overlay, which is never in any mount table. */
    private Map<String, Shown> overlay(List<LayerTree> chain) {
        if (chain.size() == 1) {
            return read(chain.getFirst().tree());
        }
        int fs = LINUX.fsopen("overlay");
        assertThat(fs).isPositive();
        try {
            for (LayerTree layer : chain.reversed()) {
                String path = "/proc/self/fd/" + layer.tree();
                assertThat(LINUX.fsconfigString(fs, "lowerdir+", path)).isZero();
            }
            assertThat(LINUX.fsconfigString(fs, "redirect_dir", "nofollow")).isZero();
            if (!options.isPrivileged()) {
                assertThat(LINUX.call(Sys.FSCONFIG, fs, 0, key(), 0, 0)).isZero();
            }
            assertThat(LINUX.fsconfigCreate(fs)).isZero();
            int mount = LINUX.fsmount(fs, 0);
            assertThat(mount).isPositive();
            try {
                return read(mount);
            } finally {
                calls.close(mount);
            }
        } finally {
            calls.close(fs);
        }
    }

    private static final NativeMemory KEY = NativeMemory.map(LINUX, 4096);

    private static long key() {
        KEY.put(0, "userxattr\0".getBytes(ISO_8859_1));
        return KEY.address();
    }

    /** Reads all of a tree, one name at a time. */
    Map<String, Shown> read(int root) {
        Map<String, Shown> all = new TreeMap<>();
        Map<Long, String> inodes = new HashMap<>();
        List<String> left = new ArrayList<>(List.of(""));
        while (!left.isEmpty()) {
            String at = left.removeLast();
            int fd = walk(root, at);
            all.put(at, describe(fd, ".", at, inodes));
            List<DirectoryEntry> names = new ArrayList<>();
            while (calls.getdents(fd, names) > 0) {}
            names.sort(Comparator.comparing(DirectoryEntry::name));
            for (DirectoryEntry name : names) {
                String path = PathNames.child(at, name.name());
                FileStat stat = calls.stat(fd, name.name());
                if (stat.isDirectory()) {
                    left.add(path);
                } else {
                    all.put(path, describe(fd, name.name(), path, inodes));
                }
            }
            calls.close(fd);
        }
        return groups(all);
    }

    private int walk(int root, String path) {
        int fd = calls.openat(root, ".", Linux.O_DIRECTORY, 0);
        for (String name : PathNames.split(path)) {
            int next = calls.openat(fd, name, Linux.O_DIRECTORY | Linux.O_NOFOLLOW, 0);
            assertThat(next).as(path).isPositive();
            calls.close(fd);
            fd = next;
        }
        return fd;
    }

    private Shown describe(int fd, String name, String path, Map<Long, String> inodes) {
        FileStat stat = calls.stat(fd, name);
        if (!stat.exists()) {
            return new Shown("ghost: " + Errno.name(-stat.result()), "", 0, Map.of(), path);
        }
        String content =
                switch (stat.type()) {
                    case FileStat.REGULAR -> content(fd, name);
                    case FileStat.LINK -> calls.text(calls.readlinkat(fd, name));
                    case FileStat.BLOCK, FileStat.CHARACTER -> stat.major() + ":" + stat.minor();
                    default -> "";
                };
        Map<String, String> xattrs = new TreeMap<>();
        new LayerFiles(calls, options)
                .attributes(fd, name)
                .forEach((key, value) -> xattrs.put(key, new String(value, ISO_8859_1)));
        String group = stat.isDirectory() ? path : inodes.computeIfAbsent(stat.inode(), _ -> path);
        return new Shown(
                Integer.toOctalString(stat.mode()) + " " + stat.uid() + ":" + stat.gid(),
                content,
                stat.seconds() * 1_000_000_000 + stat.nanos(),
                xattrs,
                group);
    }

    /** Names of one file, by its first name. */
    static Map<String, Shown> groups(Map<String, Shown> all) {
        Map<String, String> first = new HashMap<>();
        Map<String, Shown> named = new TreeMap<>();
        all.forEach((path, shown) -> {
            String name = first.computeIfAbsent(shown.group(), _ -> path);
            named.put(
                    path,
                    new Shown(shown.mode(), shown.content(), shown.time(), shown.xattrs(), name));
        });
        return named;
    }

    private String content(int fd, String name) {
        int file = calls.openat(fd, name, Linux.O_NOFOLLOW, 0);
        if (file < 0) {
            return Errno.name(-file);
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        int n = calls.read(file, buffer, 0);
        calls.close(file);
        byte[] bytes = new byte[n];
        buffer.flip().get(bytes);
        return new String(bytes, ISO_8859_1);
    }

    private Map<String, Shown> union(List<LayerTree> chain) {
        UnionTree union = UnionTree.of(calls, chain);
        Map<String, Shown> all = new TreeMap<>();
        Map<Long, String> inodes = new HashMap<>();
        List<String> left = new ArrayList<>(List.of(""));
        while (!left.isEmpty()) {
            String path = left.removeLast();
            int layer;
            switch (union.find(path)) {
                case UnionTree.Missing _ -> throw new AssertionError(RawNames.show(path));
                case UnionTree.Leaf leaf -> layer = leaf.layer();
                case UnionTree.Directory directory -> {
                    layer = directory.described();
                    union.names(path).forEach(name -> left.add(PathNames.child(path, name)));
                }
            }
            int fd = union.open(layer, PathNames.parent(path), 0);
            String name = path.isEmpty() ? "." : PathNames.leaf(path);
            all.put(path, describe(fd, name, path, inodes));
            calls.close(fd);
        }
        return groups(all);
    }

    /** What a path shows. */
    record Shown(
            String mode, String content, long time, Map<String, String> xattrs, String group) {}

    @Override
    public void close() {
        open.forEach(calls::close);
        TreeRemover.remove(calls, Linux.AT_FDCWD, path.toString());
        assertThat(path).doesNotExist();
        calls.close();
    }
}
