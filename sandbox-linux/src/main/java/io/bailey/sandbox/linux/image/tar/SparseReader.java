package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.image.tar.TarHeader.BLOCK;

import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.EntryAssembly.Body;
import io.bailey.sandbox.linux.image.tar.TarHeader.Dialect;

import org.jspecify.annotations.Nullable;

/** Reads the maps of sparse files, wherever a dialect keeps them. */
final class SparseReader {
    private static final int ENTRIES_PER_BLOCK = 21;
    private static final int MORE = 504;

    /** A number of the map in format 1.0 has at most so many digits. */
    private static final int DIGITS = 19;

    private final TarBlocks blocks;
    private final long headerLimit;
    private final long sizeLimit;

    SparseReader(TarBlocks blocks, ImageLimits limits) {
        this.blocks = blocks;
        this.headerLimit = limits.header().bytes();
        this.sizeLimit = limits.layerSize().bytes();
    }

    static boolean isSparse(PaxRecords pax) {
        return pax.get("GNU.sparse.major") != null
                || pax.get("GNU.sparse.size") != null
                || pax.get("GNU.sparse.realsize") != null
                || pax.get(PaxRecords.SPARSE_MAP) != null;
    }

    /** Where the bytes of a sparse file are, of which {@code size} are in the archive. */
    Body body(TarHeader header, PaxRecords pax, long size) throws TarFault {
        if (header.type() != 'S') {
            return pax(pax, size);
        }
        if (header.dialect() != Dialect.GNU || isSparse(pax)) {
            throw TarFault.malformed("it is sparse in two ways, or in one that is not GNU tar's");
        }
        return old(header, size);
    }

    private Body pax(PaxRecords pax, long size) throws TarFault {
        String version = version(pax);
        SparseMap map = map(realSize(pax));
        return switch (version) {
            case "0.0", "0.1" -> {
                map.addText(mapText(pax));
                blocks.begin(size);
                yield body(map, size);
            }
            case "1.0" -> {
                blocks.begin(size);
                yield body(map, size - addBody(map, size));
            }
            default -> throw TarFault.malformed("its sparse format is not known: " + version);
        };
    }

    /** Formats 0.0 and 0.1 came before there were versions. */
    private static String version(PaxRecords pax) {
        String major = pax.get("GNU.sparse.major");
        String minor = pax.get("GNU.sparse.minor");
        return major == null && minor == null ? "0.1" : major + "." + minor;
    }

    private static long realSize(PaxRecords pax) throws TarFault {
        String real = pax.get("GNU.sparse.realsize");
        String text = required(real != null ? real : pax.get("GNU.sparse.size"), "size");
        return TarNumbers.decimal(text, "its real size");
    }

    private static String mapText(PaxRecords pax) throws TarFault {
        String map = pax.get(PaxRecords.SPARSE_MAP);
        return map == null && "0".equals(pax.get("GNU.sparse.numblocks"))
                ? ""
                : required(map, "map");
    }

    private static String required(@Nullable String value, String what) throws TarFault {
        if (value == null) {
            throw TarFault.malformed("it is sparse and has no " + what);
        }
        return value;
    }

    private SparseMap map(long size) throws TarFault {
        if (size > sizeLimit) {
            throw TarFault.limit("it is larger than " + sizeLimit + " bytes", "layerSize");
        }
        return new SparseMap(size);
    }

    private Body body(SparseMap map, long stored) throws TarFault {
        return new Body(map.size(), blocks.position(), stored, map.extents(stored));
    }

    /** GNU tar's own: four parts in the header, and if that is not enough 21 a block behind it. */
    private Body old(TarHeader header, long size) throws TarFault {
        SparseMap map = map(header.realSize());
        map.addBlock(header.block(), TarHeader.SPARSE_MAP, TarHeader.SPARSE_MAP_ENTRIES);
        boolean more = header.hasMoreMap();
        for (long length = BLOCK; more; length += BLOCK) {
            requireHeader(length);
            byte[] block = blocks.more();
            map.addBlock(block, 0, ENTRIES_PER_BLOCK);
            more = block[MORE] != 0;
        }
        blocks.begin(size);
        return body(map, size);
    }

    private void requireHeader(long length) throws TarFault {
        if (length > headerLimit) {
            throw TarFault.limit("its sparse map is larger than " + headerLimit, "header");
        }
    }

    /**
     * Format 1.0: the map lies before the content, as lines of numbers, how many parts first.
     * Returns the length of the map.
     */
    private long addBody(SparseMap map, long size) throws TarFault {
        Lines lines = new Lines(size);
        long parts = lines.number();
        for (long i = 0; i < parts; i++) {
            map.add(lines.number(), lines.number());
        }
        return lines.taken;
    }

    /** Numbers with newlines behind them, which fill whole blocks. */
    private final class Lines {
        private final byte[] block = new byte[BLOCK];
        private final long size;
        private int at = BLOCK;
        private long taken;

        Lines(long size) {
            this.size = size;
        }

        long number() throws TarFault {
            StringBuilder digits = new StringBuilder();
            for (int c = next(); c != '\n'; c = next()) {
                if (digits.length() == DIGITS) {
                    throw TarFault.malformed("its sparse map is not of numbers");
                }
                digits.append((char) c);
            }
            return TarNumbers.decimal(digits.toString(), "its sparse map");
        }

        private int next() throws TarFault {
            if (at == BLOCK) {
                taken += BLOCK;
                requireHeader(taken);
                if (taken > size) {
                    throw TarFault.malformed("its sparse map is larger than all that is stored");
                }
                blocks.read(block);
                at = 0;
            }
            return block[at++] & 0xff;
        }
    }
}
