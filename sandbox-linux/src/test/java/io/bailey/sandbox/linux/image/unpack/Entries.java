package io.bailey.sandbox.linux.image.unpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;
import io.bailey.sandbox.linux.image.tar.TarEntry.Type;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Layers without archives. */
final class Entries {
    private Entries() {}

    /** An entry and the bytes that are stored of it. */
    record Item(TarEntry entry, byte[] content) {
        @Override
        public String toString() {
            return entry.type()
                    + " "
                    + entry.name()
                    + (entry.link().isEmpty() ? "" : " -> " + entry.link())
                    + " "
                    + Integer.toOctalString(entry.mode())
                    + " @"
                    + entry.seconds();
        }

        Item mode(int mode) {
            return with(mode, entry.uid(), entry.gid(), entry.seconds(), entry.nanos());
        }

        Item owner(long uid, long gid) {
            return with(entry.mode(), uid, gid, entry.seconds(), entry.nanos());
        }

        Item time(long seconds, int nanos) {
            return with(entry.mode(), entry.uid(), entry.gid(), seconds, nanos);
        }

        private Item with(int mode, long uid, long gid, long seconds, int nanos) {
            TarEntry e = entry;
            return new Item(
                    new TarEntry(
                            e.number(),
                            e.type(),
                            e.name(),
                            e.link(),
                            mode,
                            uid,
                            gid,
                            seconds,
                            nanos,
                            e.size(),
                            e.major(),
                            e.minor(),
                            e.offset(),
                            e.extents(),
                            e.xattrs()),
                    content);
        }

        Item xattrs(Map<String, byte[]> xattrs) {
            TarEntry e = entry;
            return new Item(
                    new TarEntry(
                            e.number(),
                            e.type(),
                            e.name(),
                            e.link(),
                            e.mode(),
                            e.uid(),
                            e.gid(),
                            e.seconds(),
                            e.nanos(),
                            e.size(),
                            e.major(),
                            e.minor(),
                            e.offset(),
                            e.extents(),
                            xattrs),
                    content);
        }

        Item link(String link) {
            TarEntry e = entry;
            return new Item(
                    new TarEntry(
                            e.number(),
                            e.type(),
                            e.name(),
                            link,
                            e.mode(),
                            e.uid(),
                            e.gid(),
                            e.seconds(),
                            e.nanos(),
                            e.size(),
                            e.major(),
                            e.minor(),
                            e.offset(),
                            e.extents(),
                            e.xattrs()),
                    content);
        }

        Item number(long number) {
            TarEntry e = entry;
            return new Item(
                    new TarEntry(
                            number,
                            e.type(),
                            e.name(),
                            e.link(),
                            e.mode(),
                            e.uid(),
                            e.gid(),
                            e.seconds(),
                            e.nanos(),
                            e.size(),
                            e.major(),
                            e.minor(),
                            e.offset(),
                            e.extents(),
                            e.xattrs()),
                    content);
        }
    }

    static Item file(String name, String content) {
        byte[] bytes = content.getBytes(ISO_8859_1);
        return item(Type.FILE, name, "", 0644, bytes.length, whole(bytes.length), 0, 0, bytes);
    }

    private static List<Extent> whole(long length) {
        return length == 0 ? List.of() : List.of(new Extent(0, length));
    }

    /** A file of which only some parts are stored, each full of the letter x. */
    static Item sparse(String name, long size, Extent... extents) {
        int stored = 0;
        for (Extent extent : extents) {
            stored += (int) extent.length();
        }
        byte[] bytes = "x".repeat(stored).getBytes(ISO_8859_1);
        return item(Type.FILE, name, "", 0644, size, List.of(extents), 0, 0, bytes);
    }

    static Item dir(String name) {
        return plain(Type.DIRECTORY, name, "", 0755);
    }

    static Item symlink(String name, String link) {
        return plain(Type.SYMBOLIC_LINK, name, link, 0777);
    }

    static Item hardlink(String name, String link) {
        return plain(Type.HARD_LINK, name, link, 0644);
    }

    static Item fifo(String name) {
        return plain(Type.FIFO, name, "", 0644);
    }

    static Item device(Type type, String name, int major, int minor) {
        return item(type, name, "", 0644, 0, List.of(), major, minor, new byte[0]);
    }

    static Item whiteout(String name) {
        return file(name, "").mode(0);
    }

    private static Item plain(Type type, String name, String link, int mode) {
        return item(type, name, link, mode, 0, List.of(), 0, 0, new byte[0]);
    }

    private static Item item(
            Type type,
            String name,
            String link,
            int mode,
            long size,
            List<Extent> extents,
            int major,
            int minor,
            byte[] content) {
        TarEntry entry =
                new TarEntry(
                        0, type, name, link, mode, 0, 0, 1_000_000, 5, size, major, minor, 0,
                        extents, Map.of());
        return new Item(entry, content);
    }

    static LayerEntries layer(Item... items) {
        return layer(List.of(items));
    }

    /** Gives content in pieces of three, from memory of either kind. */
    static LayerEntries layer(List<Item> items) {
        List<Item> numbered = new ArrayList<>();
        items.forEach(item -> numbered.add(item.number(numbered.size() + 1L)));
        return new Fake(numbered.iterator());
    }

    private static final class Fake implements LayerEntries {
        private final Iterator<Item> items;
        private Item current;

        Fake(Iterator<Item> items) {
            this.items = items;
        }

        @Override
        public TarEntry next() {
            if (!items.hasNext()) {
                return null;
            }
            current = items.next();
            return current.entry();
        }

        @Override
        public void content(Content to) {
            int at = 0;
            for (Extent extent : current.entry().extents()) {
                long position = extent.position();
                for (int left = (int) extent.length(); left > 0; ) {
                    int length = Math.min(left, left > 10_000 ? 65_536 : 3);
                    to.accept(position, piece(current.content(), at, length));
                    at += length;
                    position += length;
                    left -= length;
                }
            }
        }

        private static ByteBuffer piece(byte[] bytes, int at, int length) {
            ByteBuffer piece =
                    at % 2 == 0
                            ? ByteBuffer.allocate(length + 2)
                            : ByteBuffer.allocateDirect(length + 2);
            return piece.put((byte) '!')
                    .put(bytes, at, length)
                    .position(1)
                    .limit(length + 1)
                    .asReadOnlyBuffer();
        }
    }
}
