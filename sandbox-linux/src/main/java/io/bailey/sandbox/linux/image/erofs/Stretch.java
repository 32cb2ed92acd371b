package io.bailey.sandbox.linux.image.erofs;

/**
 * A part of a file that is stored in its layer's archive in one piece.
 *
 * @param start its first byte in the file
 * @param end behind its last byte in the file
 * @param stored its first byte in the archive
 */
record Stretch(long start, long end, long stored) {

    /** Can whole blocks of the file be mapped to whole blocks of the archive? */
    boolean isAligned() {
        return (stored - start) % Erofs.BLOCK == 0;
    }

    boolean covers(long from, long to) {
        return start <= from && to <= end;
    }
}
