package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.image.ImageLimits;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads whole archives. */
final class Archives {
    /** Small enough that whoever passes them is noticed. */
    static final ImageLimits TIGHT =
            new ImageLimits(
                    500,
                    100,
                    MemorySize.of(8L << 20),
                    1032,
                    16,
                    MemorySize.of(1L << 20),
                    MemorySize.of(64L << 10));

    private Archives() {}

    /** An entry and the file it makes: holes are zeros. */
    record Read(TarEntry entry, byte[] file) {}

    /** Bytes in pieces of a size that no dialect has anything to do with. */
    static ByteSource pieces(byte[] archive, int size) {
        ByteBuffer all = ByteBuffer.wrap(archive);
        return () -> {
            if (!all.hasRemaining()) {
                return null;
            }
            int length = Math.min(size, all.remaining());
            ByteBuffer piece = all.slice(all.position(), length).asReadOnlyBuffer();
            all.position(all.position() + length);
            return piece;
        };
    }

    static List<TarEntry> entries(byte[] archive) {
        return entries(archive, ImageLimits.standard());
    }

    static List<TarEntry> entries(byte[] archive, ImageLimits limits) {
        return entries(new TarReader(pieces(archive, 1000), limits));
    }

    static List<TarEntry> entries(LayerEntries archive) {
        List<TarEntry> entries = new ArrayList<>();
        for (TarEntry entry = archive.next(); entry != null; entry = archive.next()) {
            entries.add(entry);
        }
        return entries;
    }

    static TarEntry only(byte[] archive) {
        List<TarEntry> entries = entries(archive);
        if (entries.size() != 1) {
            throw new AssertionError("not one entry: " + entries);
        }
        return entries.getFirst();
    }

    /** By name. */
    static Map<String, Read> read(LayerEntries archive) {
        Map<String, Read> all = new LinkedHashMap<>();
        for (TarEntry entry = archive.next(); entry != null; entry = archive.next()) {
            all.put(entry.name(), new Read(entry, file(archive, entry)));
        }
        return all;
    }

    static Map<String, Read> read(byte[] archive) {
        return read(new TarReader(pieces(archive, 777), ImageLimits.standard()));
    }

    private static byte[] file(LayerEntries archive, TarEntry entry) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        archive.content((position, piece) -> {
            file.writeBytes(new byte[(int) (position - file.size())]);
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            file.writeBytes(bytes);
        });
        file.writeBytes(new byte[(int) (entry.size() - file.size())]);
        return file.toByteArray();
    }
}
