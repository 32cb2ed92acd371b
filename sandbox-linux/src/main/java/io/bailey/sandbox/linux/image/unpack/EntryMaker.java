package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntSupplier;

/** Makes what an entry describes, in a directory that is there. The last of several wins. */
final class EntryMaker implements LayerEntries.Content {
    private static final int NEW_FILE =
            Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW;
    private static final int UNKNOWN_UMASK = 0777;
    private static final int WRITABLE = 0600;
    private static final int MOST_MAJOR = 0xFFF;
    private static final int MOST_MINOR = 0xFFFFF;

    private final FileCalls calls;
    private final DirectoryTree tree;
    private final Attributes attributes;
    private final SmallFiles small;
    private final boolean privileged;
    private final int umask;
    private int file;
    private int result;
    private long files;
    private long bytes;
    private long devices;

    EntryMaker(
            FileCalls calls,
            DirectoryTree tree,
            Attributes attributes,
            SmallFiles small,
            UnpackOptions options) {
        this.calls = calls;
        this.tree = tree;
        this.attributes = attributes;
        this.small = small;
        this.privileged = options.isPrivileged();
        this.umask = umask();
    }

    /** umask(2) cannot be asked for without being changed, for all threads: proc(5) tells it. */
    private static int umask() {
        String status = KernelFile.read(Linux.host(), Linux.AT_FDCWD, "/proc/self/status").text();
        return status.lines()
                .filter(line -> line.startsWith("Umask:"))
                .findFirst()
                .map(line -> Integer.parseInt(line.substring("Umask:".length()).strip(), 8))
                .orElse(UNKNOWN_UMASK);
    }

    /** Regular files made. */
    long files() {
        return files;
    }

    /** Bytes written into them. */
    long bytes() {
        return bytes;
    }

    /** Devices left out. */
    long devices() {
        return devices;
    }

    /** Makes it. */
    void make(TreeDirectory parent, String name, TarEntry entry, LayerEntries entries) {
        parent.removeLink(name);
        switch (entry.type()) {
            case FILE -> file(parent, name, entry, entries);
            case DIRECTORY -> directory(parent, name, entry);
            case SYMBOLIC_LINK -> symbolicLink(parent, name, entry);
            case HARD_LINK -> hardLink(parent, name, entry);
            case FIFO -> node(parent, name, entry, FileStat.FIFO, 0, 0);
            case CHARACTER_DEVICE -> device(parent, name, entry, FileStat.CHARACTER);
            case BLOCK_DEVICE -> device(parent, name, entry, FileStat.BLOCK);
        }
    }

    private void file(TreeDirectory parent, String name, TarEntry entry, LayerEntries entries) {
        boolean born = (entry.mode() & (umask | ~0777)) == 0 && entry.xattrs().isEmpty();
        int mode = born ? entry.mode() : WRITABLE;
        file = replacing(parent, name, () -> calls.openat(tree.fd(parent), name, NEW_FILE, mode));
        check("make file", entry, file);
        files++;
        if (born && attributes.needsTimesOnly(entry) && SmallFiles.take(entry)) {
            bytes += entry.size();
            small.add(file, entry, entries);
            return;
        }
        try {
            fill(entry, entries);
            attributes.describe(file, entry, born);
        } finally {
            calls.close(file);
        }
    }

    private void fill(TarEntry entry, LayerEntries entries) {
        if (entry.extents().isEmpty() && entry.size() == 0) {
            return;
        }
        result = 0;
        entries.content(this);
        check("write file", entry, result);
        if (!endsStored(entry)) {
            check("write file", entry, calls.ftruncate(file, entry.size()));
        }
    }

    /** A hole at the end is no write that makes the file as long as it is. */
    private static boolean endsStored(TarEntry entry) {
        List<TarEntry.Extent> extents = entry.extents();
        if (extents.isEmpty()) {
            return false;
        }
        TarEntry.Extent last = extents.getLast();
        return last.length() > 0 && last.position() + last.length() == entry.size();
    }

    @Override
    public void accept(long position, ByteBuffer piece) {
        if (result == 0) {
            bytes += piece.remaining();
            result = calls.write(file, piece, position);
        }
    }

    private void directory(TreeDirectory parent, String name, TarEntry entry) {
        TreeDirectory directory = parent.child(name);
        if (directory == null) {
            directory = tree.makeReplacing(parent, name);
        }
        directory.entry = entry;
    }

    private void symbolicLink(TreeDirectory parent, String name, TarEntry entry) {
        if (entry.link().isEmpty()) {
            throw Failures.malformed(entry, "it links to nothing");
        }
        int made =
                replacing(parent, name, () -> calls.symlinkat(entry.link(), tree.fd(parent), name));
        check("make symbolic link", entry, made);
        attributes.describe(tree.fd(parent), name, entry);
    }

    private void device(TreeDirectory parent, String name, TarEntry entry, int type) {
        if (entry.major() == 0 && entry.minor() == 0 && type == FileStat.CHARACTER) {
            throw Failures.malformed(
                    entry, "a character device 0:0 would remove a file of the layers below");
        }
        if ((entry.major() & ~MOST_MAJOR) != 0 || (entry.minor() & ~MOST_MINOR) != 0) {
            throw Failures.malformed(
                    entry, "there is no device " + entry.major() + ":" + entry.minor());
        }
        if (privileged) {
            node(parent, name, entry, type, entry.major(), entry.minor());
        } else {
            devices++;
        }
    }

    private void node(
            TreeDirectory parent, String name, TarEntry entry, int type, int major, int minor) {
        int made =
                replacing(
                        parent,
                        name,
                        () -> calls.mknodat(tree.fd(parent), name, type | WRITABLE, major, minor));
        check("make node", entry, made);
        attributes.describe(tree.fd(parent), name, entry);
    }

    /** A link to what this layer has not is left to who knows the layers below. */
    private void hardLink(TreeDirectory parent, String name, TarEntry entry) {
        List<String> target = PathNames.clean(entry.link());
        if (target.isEmpty()) {
            throw Failures.malformed(entry, "it is a hard link to the root");
        }
        DirectoryTree.Place place = tree.find(target.subList(0, target.size() - 1));
        if (!place.isFound() || !link(place.directory(), target.getLast(), parent, name, entry)) {
            tree.clear(parent, name);
            String path = PathNames.join(place.missing());
            String from =
                    place.directory()
                            .path(
                                    path.isEmpty()
                                            ? target.getLast()
                                            : path + "/" + target.getLast());
            parent.addLink(new TreeDirectory.Link(entry.number(), name, from));
        }
    }

    /** Returns whether the target is there. */
    private boolean link(
            TreeDirectory from, String target, TreeDirectory parent, String name, TarEntry entry) {
        FileStat stat = calls.stat(tree.fd(from), target);
        if (stat.result() == -Errno.ENOENT) {
            return false;
        }
        check("look up the target of a hard link", entry, stat.result());
        TreeDirectory directory = from.child(target);
        if (directory != null && directory.entry == null) {
            // Lower layers may have a link there, which can be linked to.
            return false;
        }
        if (directory != null) {
            throw Failures.malformed(entry, "it is a hard link to a directory");
        }
        FileStat old = calls.stat(tree.fd(parent), name);
        if (old.exists() && old.inode() == stat.inode()) {
            return true;
        }
        if (from.isWithin(parent.child(name))) {
            throw Failures.malformed(entry, "it replaces the directory that its target is in");
        }
        int made = replacing(parent, name, () -> tree.link(from, target, parent, name));
        check("make hard link", entry, made);
        return true;
    }

    private int replacing(TreeDirectory parent, String name, IntSupplier call) {
        int made = call.getAsInt();
        if (made == -Errno.EEXIST) {
            tree.clear(parent, name);
            made = call.getAsInt();
        }
        return made;
    }

    private static void check(String step, TarEntry entry, int result) {
        if (result < 0) {
            throw Failures.call(step, entry, result);
        }
    }
}
