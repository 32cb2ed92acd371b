package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An entry that a test puts into an archive.
 *
 * @param content the stored bytes
 * @param size of the file; more than the stored bytes if it is sparse
 * @param extents null: all is stored
 */
record Spec(
        TarEntry.Type type,
        String name,
        String link,
        int mode,
        long uid,
        long gid,
        long seconds,
        int nanos,
        int major,
        int minor,
        byte[] content,
        long size,
        List<Extent> extents,
        Map<String, byte[]> xattrs) {

    private static Spec of(TarEntry.Type type, String name, String link, byte[] content) {
        int mode =
                type == TarEntry.Type.DIRECTORY
                        ? 0755
                        : type == TarEntry.Type.SYMBOLIC_LINK ? 0777 : 0644;
        return new Spec(
                type,
                name,
                link,
                mode,
                0,
                0,
                1_000_000,
                0,
                0,
                0,
                content,
                content.length,
                null,
                Map.of());
    }

    static Spec dir(String name) {
        return of(TarEntry.Type.DIRECTORY, name, "", new byte[0]);
    }

    static Spec file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    static Spec file(String name, byte[] content) {
        return of(TarEntry.Type.FILE, name, "", content);
    }

    static Spec sparse(String name, long size, byte[] stored, Extent... extents) {
        Spec s = file(name, stored);
        return new Spec(
                s.type,
                name,
                "",
                s.mode,
                0,
                0,
                s.seconds,
                0,
                0,
                0,
                stored,
                size,
                List.of(extents),
                Map.of());
    }

    static Spec link(String name, String target) {
        return of(TarEntry.Type.SYMBOLIC_LINK, name, target, new byte[0]);
    }

    static Spec hard(String name, String target) {
        return of(TarEntry.Type.HARD_LINK, name, target, new byte[0]);
    }

    static Spec fifo(String name) {
        return of(TarEntry.Type.FIFO, name, "", new byte[0]);
    }

    static Spec device(TarEntry.Type type, String name, int major, int minor) {
        return new Spec(
                type,
                name,
                "",
                0600,
                0,
                0,
                1_000_000,
                0,
                major,
                minor,
                new byte[0],
                0,
                null,
                Map.of());
    }

    Spec mode(int mode) {
        return new Spec(
                type, name, link, mode, uid, gid, seconds, nanos, major, minor, content, size,
                extents, xattrs);
    }

    Spec owner(long uid, long gid) {
        return new Spec(
                type, name, link, mode, uid, gid, seconds, nanos, major, minor, content, size,
                extents, xattrs);
    }

    Spec time(long seconds, int nanos) {
        return new Spec(
                type, name, link, mode, uid, gid, seconds, nanos, major, minor, content, size,
                extents, xattrs);
    }

    Spec xattr(String key, byte[] value) {
        Map<String, byte[]> more = new TreeMap<>(xattrs);
        more.put(key, value);
        return new Spec(
                type, name, link, mode, uid, gid, seconds, nanos, major, minor, content, size,
                extents, more);
    }

    Spec xattr(String key, String value) {
        return xattr(key, value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** As a reader of the archive gives it whose content is at {@code offset}. */
    TarEntry entry(long number, long offset) {
        List<Extent> stored =
                extents != null
                        ? extents
                        : content.length == 0 ? List.of() : List.of(new Extent(0, size));
        return new TarEntry(
                number, type, name, link, mode, uid, gid, seconds, nanos, size, major, minor,
                offset, stored, xattrs);
    }
}
