package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.image.tar.TarHeader.SPARSE_ENTRY;

import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import java.util.ArrayList;
import java.util.List;

/**
 * Which parts of a sparse file are stored: GNU tar's manual, "Storing Sparse Files", has the four
 * forms.
 */
final class SparseMap {
    private final long size;
    private final List<Extent> extents = new ArrayList<>();
    private long end;
    private long stored;

    /**
     * @param size of the file with its holes
     */
    SparseMap(long size) throws TarFault {
        if (size < 0) {
            throw TarFault.malformed("its size " + size + " is negative");
        }
        this.size = size;
    }

    /** Adds a part, which must lie behind the last one and within the file. */
    void add(long position, long length) throws TarFault {
        if (length < 0 || position < end || position > size || length > size - position) {
            throw TarFault.malformed(
                    "its sparse map is not in order and within the file: "
                            + position
                            + "+"
                            + length);
        }
        end = position + length;
        stored += length;
        // GNU tar marks the end of a file that ends in a hole by an empty part.
        if (length > 0) {
            extents.add(new Extent(position, length));
        }
    }

    /**
     * Adds the parts of a header's map or of a further block of it, up to the first that is not
     * filled in.
     */
    void addBlock(byte[] block, int offset, int entries) throws TarFault {
        for (int i = 0; i < entries; i++) {
            int at = offset + i * SPARSE_ENTRY;
            if (block[at] == 0) {
                return;
            }
            add(
                    TarNumbers.parse(block, at, 12, "sparse map"),
                    TarNumbers.parse(block, at + 12, 12, "sparse map"));
        }
    }

    /** Adds the parts of GNU.sparse.map: numbers with commas between them. */
    void addText(String map) throws TarFault {
        String[] numbers = map.isEmpty() ? new String[0] : map.split(",", -1);
        if (numbers.length % 2 != 0) {
            throw TarFault.malformed("its sparse map is not of pairs");
        }
        for (int i = 0; i < numbers.length; i += 2) {
            add(
                    TarNumbers.decimal(numbers[i], "its sparse map"),
                    TarNumbers.decimal(numbers[i + 1], "its sparse map"));
        }
    }

    /** The parts, whose sum must be what is stored. */
    List<Extent> extents(long bytes) throws TarFault {
        if (stored != bytes) {
            throw TarFault.malformed(
                    "its sparse map is of " + stored + " bytes, stored are " + bytes);
        }
        return List.copyOf(extents);
    }

    long size() {
        return size;
    }
}
