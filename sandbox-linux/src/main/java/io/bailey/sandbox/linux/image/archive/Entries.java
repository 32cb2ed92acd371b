package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import java.util.List;
import java.util.Map;

/** Entries that say no more than they must: root's, from 1970. */
final class Entries {

    private Entries() {}

    static TarEntry file(String name, int mode, long size) {
        return plain(TarEntry.Type.FILE, name, mode, size);
    }

    static TarEntry directory(String name) {
        return plain(TarEntry.Type.DIRECTORY, name + "/", 0755, 0);
    }

    private static TarEntry plain(TarEntry.Type type, String name, int mode, long size) {
        return new TarEntry(
                1, type, name, "", mode, 0, 0, 0, 0, size, 0, 0, 0, List.of(), Map.of());
    }
}
