package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarReader;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An archive in memory, written by the writer that is tested and read by the reader. */
final class TarBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarWriter writer =
            new TarWriter(piece -> {
                byte[] copy = new byte[piece.remaining()];
                piece.get(copy);
                bytes.writeBytes(copy);
            });

    TarBytes add(TarEntry entry, byte[] content) {
        writer.entry(entry);
        writer.content(ByteBuffer.wrap(content));
        return this;
    }

    TarBytes file(String name, byte[] content) {
        return add(Entries.file(name, 0644, content.length), content);
    }

    TarBytes directory(String name) {
        return add(Entries.directory(name), new byte[0]);
    }

    TarBytes link(TarEntry.Type type, String name, String target) {
        return add(
                new TarEntry(
                        1, type, name, target, 0777, 0, 0, 0, 0, 0, 0, 0, 0, List.of(), Map.of()),
                new byte[0]);
    }

    byte[] bytes() {
        writer.finish();
        return bytes.toByteArray();
    }

    /** Entries and contents, in order. */
    static List<Map.Entry<TarEntry, byte[]>> read(byte[] tar) {
        List<ByteBuffer> once = new ArrayList<>(List.of(ByteBuffer.wrap(tar)));
        TarReader reader =
                new TarReader(
                        () -> once.isEmpty() ? null : once.removeFirst(), ImageLimits.standard());
        List<Map.Entry<TarEntry, byte[]>> all = new ArrayList<>();
        for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
            byte[] content = new byte[(int) entry.size()];
            reader.content(
                    (position, piece) -> piece.get(content, (int) position, piece.remaining()));
            all.add(Map.entry(entry, content));
        }
        return all;
    }

    /** Names and link targets, in order. */
    static Map<String, String> names(byte[] tar) {
        Map<String, String> names = new LinkedHashMap<>();
        read(tar).forEach(entry -> names.put(entry.getKey().name(), entry.getKey().link()));
        return names;
    }
}
