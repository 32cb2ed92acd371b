package io.bailey.sandbox.linux.image.tar;

import java.util.List;
import java.util.Map;

/**
 * One entry of an archive, whichever dialect it was written in.
 *
 * <p>Names are byte strings, as the kernel's are: a String with one char a byte (ISO 8859-1).
 * {@link RawNames} shows them to people.
 *
 * @param number which entry of the archive it is, from 1 on: what messages say
 * @param name as it is written, not normalized: "./a//b/../c", "/x", "dir/"
 * @param link the target of a link, as it is written
 * @param mode the permission bits with set-user-id, set-group-id and sticky: 07777
 * @param seconds time of last change, since 1970, may be negative
 * @param nanos beyond the seconds, 0 to 999,999,999
 * @param size the file's size as a reader of the file sees it; 0 for what is no file
 * @param offset where in the uncompressed archive its stored bytes begin
 * @param extents which parts of a sparse file are stored, in order, one after another from {@code
 *     offset} on; a file that is not sparse has one that is all of it; an empty one none
 * @param xattrs extended attributes, by their raw names
 */
public record TarEntry(
        long number,
        Type type,
        String name,
        String link,
        int mode,
        long uid,
        long gid,
        long seconds,
        int nanos,
        long size,
        int major,
        int minor,
        long offset,
        List<Extent> extents,
        Map<String, byte[]> xattrs) {

    /** What it is. */
    public enum Type {
        FILE,
        DIRECTORY,
        SYMBOLIC_LINK,
        HARD_LINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        FIFO
    }

    /**
     * A part of a file that is stored.
     *
     * @param position where in the file it belongs
     * @param length its bytes
     */
    public record Extent(long position, long length) {}
}
