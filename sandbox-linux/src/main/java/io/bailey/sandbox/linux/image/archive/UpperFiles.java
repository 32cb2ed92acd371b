package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files of an upper directory as entries, as the image shall show them. */
final class UpperFiles {
    private static final String STEP = "write layer";

    private final FileCalls calls;
    private final UpperLayer.Ids ids;
    private final UpperAttributes attributes;

    UpperFiles(FileCalls calls, UpperLayer.Options options) {
        this.calls = calls;
        this.ids = options.ids();
        this.attributes = new UpperAttributes(options);
    }

    /**
     * A directory.
     *
     * @param mark what overlayfs noted of the names in it
     */
    record Kept(TarEntry entry, Mark mark) {
        /** What overlayfs noted. */
        enum Mark {
            /** Nothing: what is beneath shows through. */
            NONE,
            /** Nothing shows through. */
            OPAQUE,
            /** Empty files in it may be whiteouts. */
            MARKED_NAMES
        }
    }

    Kept directory(int fd, String path) {
        FileStat stat = stat(path, calls.fstat(fd));
        Map<String, byte[]> all =
                read(path, calls.flistxattr(fd), name -> calls.fgetxattr(fd, name));
        attributes.refuseHalves(path, all);
        TarEntry entry =
                entry(TarEntry.Type.DIRECTORY, path, "", stat, 0, attributes.kept(path, all));
        return new Kept(entry, attributes.mark(all));
    }

    TarEntry file(int fd, String path) {
        FileStat stat = stat(path, calls.fstat(fd));
        if (stat.type() != FileStat.REGULAR) {
            throw UpperWalk.unsupported(path, "it became another kind of file");
        }
        Map<String, byte[]> all =
                read(path, calls.flistxattr(fd), name -> calls.fgetxattr(fd, name));
        attributes.refuseHalves(path, all);
        return entry(TarEntry.Type.FILE, path, "", stat, stat.size(), attributes.kept(path, all));
    }

    TarEntry special(int dir, String name, String path, FileStat stat) {
        Map<String, byte[]> kept = attributes.kept(path, all(dir, name, path));
        String target = stat.isLink() ? target(dir, name, path) : "";
        return entry(type(path, stat), path, target, stat, 0, kept);
    }

    TarEntry hardLink(int dir, String name, String path, FileStat stat, String first) {
        Map<String, byte[]> kept = attributes.kept(path, all(dir, name, path));
        return entry(TarEntry.Type.HARD_LINK, path, first, stat, 0, kept);
    }

    boolean isMarkedGone(int dir, String name) {
        return attributes.isMarkedGone(all(dir, name, name));
    }

    private Map<String, byte[]> all(int dir, String name, String path) {
        return read(
                path,
                calls.llistxattr(dir, name),
                attribute -> calls.lgetxattr(dir, name, attribute));
    }

    private String target(int dir, String name, String path) {
        int length = calls.readlinkat(dir, name);
        if (length < 0) {
            throw Trouble.errno(STEP, RawNames.show(path), length);
        }
        return calls.text(length);
    }

    private static FileStat stat(String path, FileStat stat) {
        if (!stat.exists()) {
            throw Trouble.errno(STEP, RawNames.show(path), stat.result());
        }
        return stat;
    }

    /** Reads an attribute: its length, and the bytes are with the calls; or −errno. */
    private interface Reader {
        int read(String attribute);
    }

    private Map<String, byte[]> read(String path, int length, Reader reader) {
        Map<String, byte[]> all = new TreeMap<>();
        if (UpperAttributes.cannotHave(length)) {
            return all;
        }
        if (length < 0) {
            throw Trouble.errno(STEP, RawNames.show(path), length);
        }
        for (String name : calls.text(length).split("\0", -1)) {
            if (!name.isEmpty()) {
                int size = reader.read(name);
                if (size < 0) {
                    throw Trouble.errno(STEP, RawNames.show(path) + " " + name, size);
                }
                all.put(name, calls.bytes(size));
            }
        }
        return all;
    }

    private TarEntry entry(
            TarEntry.Type type,
            String path,
            String link,
            FileStat stat,
            long size,
            Map<String, byte[]> xattrs) {
        boolean device =
                type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
        return new TarEntry(
                1,
                type,
                path,
                link,
                stat.permissions(),
                id(path, ids.user().applyAsInt(stat.uid()), stat.uid()),
                id(path, ids.group().applyAsInt(stat.gid()), stat.gid()),
                stat.seconds(),
                stat.nanos(),
                size,
                device ? stat.major() : 0,
                device ? stat.minor() : 0,
                0,
                List.of(),
                xattrs);
    }

    private static long id(String path, int inside, int outside) {
        if (inside == -1) {
            throw UpperWalk.unsupported(
                    path,
                    "its owner "
                            + Integer.toUnsignedString(outside)
                            + " has no number in the image");
        }
        return Integer.toUnsignedLong(inside);
    }

    private static TarEntry.Type type(String path, FileStat stat) {
        return switch (stat.type()) {
            case FileStat.LINK -> TarEntry.Type.SYMBOLIC_LINK;
            case FileStat.CHARACTER -> TarEntry.Type.CHARACTER_DEVICE;
            case FileStat.BLOCK -> TarEntry.Type.BLOCK_DEVICE;
            case FileStat.FIFO -> TarEntry.Type.FIFO;
            default -> throw UpperWalk.unsupported(path, "it is of no kind that a layer can hold");
        };
    }
}
