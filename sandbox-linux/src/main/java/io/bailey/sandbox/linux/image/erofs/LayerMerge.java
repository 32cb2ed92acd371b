package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Puts one layer upon the tree.
 *
 * <p>Whiteouts hide what is beneath their layer and nothing of it, wherever they stand in the
 * archive. So they are carried out first, while the tree still is what is beneath, and the other
 * entries wait for that: those of one layer are held, about 250 bytes each. The lowest layer, which
 * tends to be the largest, has nothing to hide and needs no waiting.
 */
final class LayerMerge {
    private static final int MOST_TARGET = 4095;
    private static final long MOST_ID = 0xFFFF_FFFEL;
    private static final int NANOS = 1_000_000_000;
    private static final int PERMISSIONS = 07777;
    private static final int MOST_MAJOR = 0xFFF;
    private static final int MOST_MINOR = 0xFFFFF;
    private static final int EXTENT_BYTES = 16;

    private final Directory root;
    private final int layer;
    private final Budget budget;

    LayerMerge(Directory root, int layer, Budget budget) {
        this.root = root;
        this.layer = layer;
        this.budget = budget;
    }

    void apply(LayerEntries entries) {
        boolean lowest = root.children().isEmpty();
        Deque<TarEntry> waiting = new ArrayDeque<>();
        List<TarEntry> marks = new ArrayList<>();
        for (TarEntry e = entries.next(); e != null; e = entries.next()) {
            budget.entry(e);
            List<String> names = names(e);
            if (Whiteouts.isMeta(names)) {
                continue;
            }
            if (Whiteouts.isMark(names)) {
                Whiteouts.check(e, names);
                marks.add(e);
            } else if (lowest) {
                add(e, names);
            } else {
                waiting.add(e);
            }
        }
        if (!lowest) {
            hide(marks, waiting);
            for (TarEntry e = waiting.poll(); e != null; e = waiting.poll()) {
                add(e, names(e));
            }
        }
    }

    private void hide(List<TarEntry> marks, Deque<TarEntry> waiting) {
        if (marks.isEmpty()) {
            return;
        }
        var made = Whiteouts.madeBy(waiting);
        Whiteouts whiteouts = new Whiteouts(root);
        marks.forEach(mark -> whiteouts.apply(mark, names(mark), made));
    }

    private static List<String> names(TarEntry entry) {
        if (entry.name().indexOf('\0') >= 0) {
            throw Refused.entry(entry, "its name has a NUL");
        }
        List<String> names = RawPath.clean(entry.name());
        for (String name : names) {
            checkLength(entry, name);
        }
        return names;
    }

    private static void checkLength(TarEntry entry, String name) {
        if (name.length() > Erofs.MOST_NAME) {
            throw Refused.entry(entry, "a name is longer than " + Erofs.MOST_NAME + " bytes");
        }
    }

    private void add(TarEntry entry, List<String> names) {
        if (names.isEmpty()) {
            rootEntry(entry);
            return;
        }
        switch (entry.type()) {
            case DIRECTORY -> directory(entry, names);
            case FILE -> put(entry, names, file(entry));
            case SYMBOLIC_LINK -> put(entry, names, symbolicLink(entry));
            case HARD_LINK -> hardLink(entry, names);
            case CHARACTER_DEVICE, BLOCK_DEVICE -> put(entry, names, device(entry));
            case FIFO -> put(entry, names, new Special(attributes(entry), Special.S_IFIFO, 0));
        }
    }

    private void rootEntry(TarEntry entry) {
        if (entry.type() != TarEntry.Type.DIRECTORY) {
            throw Refused.entry(entry, "the root must be a directory");
        }
        root.replace(attributes(entry));
    }

    private void directory(TarEntry entry, List<String> names) {
        Directory parent = parent(entry, names);
        if (parent.get(names.getLast()) instanceof Directory there) {
            there.replace(attributes(entry));
        } else {
            put(entry, parent, names.getLast(), Directory.in(parent, attributes(entry)));
        }
    }

    private void put(TarEntry entry, List<String> names, Node node) {
        put(entry, parent(entry, names), names.getLast(), node);
    }

    private void put(TarEntry entry, Directory parent, String name, Node node) {
        budget.depth(entry, parent.depth());
        budget.hold(entry, name.length());
        parent.put(name, node);
    }

    private Directory parent(TarEntry entry, List<String> names) {
        Directory parent = new Making(entry).to(names.subList(0, names.size() - 1));
        if (parent == null) {
            throw new IllegalStateException("a walk that makes what is missing gave up");
        }
        return parent;
    }

    /** What is missing on the way is made; what is a file there becomes a directory. */
    private final class Making extends Walk {
        private final TarEntry cause;

        Making(TarEntry cause) {
            super(root, cause);
            this.cause = cause;
        }

        @Override
        Directory missing(Directory at, String name) {
            checkLength(cause, name);
            budget.entry(cause);
            Directory made = Directory.in(at, Attributes.implied());
            put(cause, at, name, made);
            return made;
        }
    }

    private static final class Finding extends Walk {
        Finding(Directory root, TarEntry cause) {
            super(root, cause);
        }

        @Override
        @Nullable Directory missing(Directory at, String name) {
            return null;
        }
    }

    private Attributes attributes(TarEntry e) {
        if (e.uid() < 0 || e.uid() > MOST_ID || e.gid() < 0 || e.gid() > MOST_ID) {
            throw Refused.entry(e, "no such user or group: " + e.uid() + ":" + e.gid());
        }
        if (e.nanos() < 0 || e.nanos() >= NANOS) {
            throw Refused.entry(e, "impossible nanoseconds: " + e.nanos());
        }
        List<Xattr> xattrs = XattrRules.of(e);
        budget.hold(e, XattrBody.bytes(xattrs));
        int mode = e.mode() & PERMISSIONS;
        return new Attributes(mode, (int) e.uid(), (int) e.gid(), e.seconds(), e.nanos(), xattrs);
    }

    private RegularFile file(TarEntry entry) {
        checkExtents(entry);
        budget.hold(entry, (long) EXTENT_BYTES * (entry.extents().size() - 1));
        return new RegularFile(
                attributes(entry), layer, entry.size(), entry.offset(), entry.extents());
    }

    private static void checkExtents(TarEntry entry) {
        long end = 0;
        for (Extent extent : entry.extents()) {
            if (extent.position() < end
                    || extent.length() < 0
                    || extent.length() > entry.size() - extent.position()) {
                throw Refused.entry(entry, "the parts of a sparse file overlap or exceed it");
            }
            end = extent.position() + extent.length();
        }
        if (entry.size() < 0) {
            throw Refused.entry(entry, "a negative size");
        }
    }

    private SymbolicLink symbolicLink(TarEntry entry) {
        String target = entry.link();
        if (target.isEmpty() || target.length() > MOST_TARGET || target.indexOf('\0') >= 0) {
            throw Refused.entry(entry, "its target is empty, over 4095 bytes, or has a NUL");
        }
        budget.hold(entry, target.length());
        // The permissions of a link mean nothing; Linux shows 0777.
        Attributes a = attributes(entry);
        return new SymbolicLink(
                new Attributes(0777, a.uid(), a.gid(), a.seconds(), a.nanos(), a.xattrs()), target);
    }

    private void hardLink(TarEntry entry, List<String> names) {
        // Its directories are made first, which may replace what it is to be a name of.
        Directory parent = parent(entry, names);
        put(entry, parent, names.getLast(), target(entry));
    }

    /** The file that a hard link is another name of. A link as its last name is not followed. */
    private Node target(TarEntry entry) {
        List<String> names = RawPath.clean(entry.link());
        Directory parent =
                names.isEmpty()
                        ? null
                        : new Finding(root, entry).to(names.subList(0, names.size() - 1));
        Node target = parent == null ? null : parent.get(names.getLast());
        return switch (target) {
            case null ->
                    throw Refused.entry(entry, "a hard link to what is not there: " + shown(entry));
            case Directory _ ->
                    throw Refused.entry(entry, "a hard link to a directory: " + shown(entry));
            case RegularFile file -> file;
            case SymbolicLink link -> link;
            case Special special -> special;
        };
    }

    private static String shown(TarEntry entry) {
        return RawNames.show(entry.link());
    }

    private Special device(TarEntry e) {
        if (e.major() == 0 && e.minor() == 0 && e.type() == TarEntry.Type.CHARACTER_DEVICE) {
            throw Refused.entry(e, "the device 0:0 is what overlays hide files with");
        }
        if (e.major() < 0 || e.major() > MOST_MAJOR || e.minor() < 0 || e.minor() > MOST_MINOR) {
            throw Refused.entry(e, "no such device: " + e.major() + ":" + e.minor());
        }
        int device = (e.minor() & 0xFF) | (e.major() << 8) | ((e.minor() & ~0xFF) << 12);
        boolean character = e.type() == TarEntry.Type.CHARACTER_DEVICE;
        return new Special(attributes(e), character ? Special.S_IFCHR : Special.S_IFBLK, device);
    }
}
