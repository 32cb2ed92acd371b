package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.image.tar.TarHeader.BLOCK;

import io.bailey.sandbox.image.ImageLimits;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** An archive as blocks of 512 bytes: headers, and bodies that are filled up to a whole one. */
final class TarBlocks {
    static final String CUT = "the archive ends in the middle of it";

    private static final byte[] ZERO = new byte[BLOCK];

    private final TarInput input;
    private final ImageLimits limits;
    private final byte[] block = new byte[BLOCK];
    private int padding;

    TarBlocks(TarInput input, ImageLimits limits) {
        this.input = input;
        this.limits = limits;
    }

    long position() {
        return input.position();
    }

    /** The next header, valid until the next call; null at the end, up to which all is taken. */
    @Nullable TarHeader header() throws TarFault {
        if (!readBlock()) {
            return null;
        }
        if (!isZero()) {
            return new TarHeader(block);
        }
        // GNU tar warns of a lone zero block and ends there, Go's reader refuses it.
        if (readBlock() && !isZero()) {
            throw TarFault.malformed("it begins with a lone zero block");
        }
        input.skip(Long.MAX_VALUE);
        return null;
    }

    /** A further block; valid until the next call. */
    byte[] more() throws TarFault {
        if (!readBlock()) {
            throw TarFault.malformed(CUT);
        }
        return block;
    }

    /** False at the end of the archive. */
    private boolean readBlock() throws TarFault {
        // Go's reader too takes an archive that ends without the last file's padding.
        long skipped = input.skip(padding);
        boolean complete = skipped == padding;
        padding = 0;
        int got = complete || skipped == 0 ? input.read(block, BLOCK) : -1;
        if (got != 0 && got != BLOCK) {
            throw TarFault.malformed(CUT);
        }
        return got == BLOCK;
    }

    private boolean isZero() {
        return Arrays.equals(block, ZERO);
    }

    /** The body of an extended header. */
    byte[] body(TarHeader header, ExtendedHeaders extended) throws TarFault {
        long size = header.size();
        extended.charge(size);
        byte[] body = new byte[(int) size];
        if (input.read(body, body.length) < body.length) {
            throw TarFault.malformed("the archive ends in the middle of its extended header");
        }
        begin(size);
        return body;
    }

    /** Says that a body of so many bytes begins here, and is read before the next header. */
    void begin(long size) throws TarFault {
        padding = (int) (-size & (BLOCK - 1));
        long most = limits.layerSize().bytes();
        if (size > most - Math.min(most, input.position())) {
            throw TarFault.limit("its archive is larger than " + most + " bytes", "layerSize");
        }
    }

    /** Steps over bytes of a body. */
    void skip(long bytes) throws TarFault {
        if (input.skip(bytes) < bytes) {
            throw TarFault.malformed(CUT);
        }
    }

    /** Reads bytes of a body. */
    void read(byte[] into) throws TarFault {
        if (input.read(into, into.length) < into.length) {
            throw TarFault.malformed(CUT);
        }
    }
}
