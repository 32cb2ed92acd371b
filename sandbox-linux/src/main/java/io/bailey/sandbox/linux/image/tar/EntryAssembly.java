package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;
import io.bailey.sandbox.linux.image.tar.TarHeader.Dialect;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** Puts together what the headers of an entry say of it. */
final class EntryAssembly {
    /** (uid_t) -1 is no user: chown(2) takes it for "leave it as it is". */
    private static final long LAST_ID = 0xFFFF_FFFEL;

    /** What fits a device number of the kernel: a larger one would be another device. */
    private static final long LAST_MAJOR = 0xFFF;

    private static final long LAST_MINOR = 0xF_FFFF;

    private final TarBlocks blocks;
    private final ImageLimits limits;
    private final SparseReader sparse;
    private String name = "";
    private long stored;

    EntryAssembly(TarBlocks blocks, ImageLimits limits) {
        this.blocks = blocks;
        this.limits = limits;
        this.sparse = new SparseReader(blocks, limits);
    }

    /** The name of the entry that was put together last, or was to be. */
    String name() {
        return name;
    }

    /** How many bytes that entry has in the archive from its offset on. */
    long stored() {
        return stored;
    }

    /** Forgets the last entry: what goes wrong from now on is not its fault. */
    void begin() {
        name = "";
    }

    TarEntry entry(long number, TarHeader header, ExtendedHeaders extended) throws TarFault {
        PaxRecords pax = extended.pax();
        name = extended.name(header.name());
        EntryNames.require(name, "its name", limits.depth());
        TarEntry.Type type = type(header);
        String link = link(type, header, extended);
        TarTime time = time(header, pax);
        int mode = header.mode();
        long uid = id(pax, "uid", header.uid());
        long gid = id(pax, "gid", header.gid());
        int major = device(type, header, pax, true);
        int minor = device(type, header, pax, false);
        Map<String, byte[]> xattrs = Xattrs.of(pax);
        // Last, as it overwrites the header.
        Body body = body(type, header, pax);
        stored = body.stored;
        return new TarEntry(
                number,
                type,
                name,
                link,
                mode,
                uid,
                gid,
                time.seconds(),
                time.nanos(),
                body.size,
                major,
                minor,
                body.offset,
                body.extents,
                xattrs);
    }

    private TarEntry.Type type(TarHeader header) throws TarFault {
        return switch (header.type()) {
            // Old archives know directories by their slash alone. '7' is a contiguous file.
            case '0', '\0', '7' ->
                    name.endsWith("/") ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
            case 'S' -> TarEntry.Type.FILE;
            case '1' -> TarEntry.Type.HARD_LINK;
            case '2' -> TarEntry.Type.SYMBOLIC_LINK;
            case '3' -> TarEntry.Type.CHARACTER_DEVICE;
            case '4' -> TarEntry.Type.BLOCK_DEVICE;
            case '5' -> TarEntry.Type.DIRECTORY;
            case '6' -> TarEntry.Type.FIFO;
            default ->
                    throw TarFault.malformed(
                            "it is of type "
                                    + RawNames.show(String.valueOf(header.type()))
                                    + ", which no layer may have");
        };
    }

    private String link(TarEntry.Type type, TarHeader header, ExtendedHeaders extended)
            throws TarFault {
        if (type != TarEntry.Type.SYMBOLIC_LINK && type != TarEntry.Type.HARD_LINK) {
            return "";
        }
        String link = extended.link(header.link());
        if (type == TarEntry.Type.HARD_LINK) {
            EntryNames.require(link, "its target", limits.depth());
        } else {
            EntryNames.requireLength(link, "its target");
        }
        return link;
    }

    private static TarTime time(TarHeader header, PaxRecords pax) throws TarFault {
        String mtime = pax.get("mtime");
        return mtime != null ? TarTime.parse(mtime) : new TarTime(header.mtime(), 0);
    }

    private static long id(PaxRecords pax, String keyword, long header) throws TarFault {
        String text = pax.get(keyword);
        long id = text == null ? header : TarNumbers.decimal(text, "its " + keyword);
        if (id < 0 || id > LAST_ID) {
            throw TarFault.malformed("its " + keyword + " " + id + " is none");
        }
        return id;
    }

    private static int device(TarEntry.Type type, TarHeader header, PaxRecords pax, boolean major)
            throws TarFault {
        if (type != TarEntry.Type.CHARACTER_DEVICE && type != TarEntry.Type.BLOCK_DEVICE) {
            return 0;
        }
        if (header.dialect() == Dialect.V7) {
            throw TarFault.malformed("it is a device in a dialect that has none");
        }
        @Nullable String text = pax.get(major ? "SCHILY.devmajor" : "SCHILY.devminor");
        long device =
                text != null
                        ? TarNumbers.decimal(text, "its device number")
                        : major ? header.major() : header.minor();
        if (device < 0 || device > (major ? LAST_MAJOR : LAST_MINOR)) {
            throw TarFault.malformed("its device number " + device + " is none");
        }
        return (int) device;
    }

    /** Where the bytes of a file are. */
    record Body(long size, long offset, long stored, List<Extent> extents) {}

    private Body body(TarEntry.Type type, TarHeader header, PaxRecords pax) throws TarFault {
        String text = pax.get("size");
        long size = text == null ? header.size() : TarNumbers.decimal(text, "its size");
        boolean isSparse = header.type() == 'S' || SparseReader.isSparse(pax);
        if (type != TarEntry.Type.FILE) {
            requireNoBody(type, header, size, isSparse);
            return new Body(0, blocks.position(), 0, List.of());
        }
        if (isSparse) {
            return sparse.body(header, pax, size);
        }
        blocks.begin(size);
        List<Extent> all = size == 0 ? List.of() : List.of(new Extent(0, size));
        return new Body(size, blocks.position(), size, all);
    }

    /**
     * POSIX gives a directory's size another meaning, and old writers gave hard links the file's:
     * neither Go's reader nor GNU tar looks for a body of theirs. What is a directory only by its
     * slash has a body for GNU tar, though.
     */
    private static void requireNoBody(
            TarEntry.Type type, TarHeader header, long size, boolean isSparse) throws TarFault {
        boolean bySlash = type == TarEntry.Type.DIRECTORY && header.type() != '5';
        if (isSparse || (bySlash && size > 0)) {
            throw TarFault.malformed("it has content, and is no file");
        }
    }
}
