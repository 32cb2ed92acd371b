package io.bailey.sandbox.linux.image.tar;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * gzip, RFC 1952: members one after another, each with its checksum and size. The JDK's own reader
 * overlooks what follows the last member and takes it for the end (JDK-8322256).
 */
final class GzipDecoder implements Decoder {
    private static final int MAGIC = 0x8b1f;
    private static final int DEFLATE = 8;
    private static final int FHCRC = 2;
    private static final int FEXTRA = 4;
    private static final int FNAME = 8;
    private static final int FCOMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final BlobInput blob;
    private final long headerLimit;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final CRC32 headerChecksum = new CRC32();
    private long headerLength;
    private boolean inMember;

    GzipDecoder(BlobInput blob, long headerLimit) {
        this.blob = blob;
        this.headerLimit = headerLimit;
    }

    @Override
    public void fill(ByteBuffer into) throws IOException {
        while (into.hasRemaining() && (inMember || beginMember())) {
            inflate(into);
            if (inflater.finished()) {
                endMember();
            }
        }
    }

    private boolean beginMember() throws IOException {
        if (!blob.has()) {
            return false;
        }
        readHeader();
        inflater.reset();
        checksum.reset();
        inMember = true;
        return true;
    }

    private void inflate(ByteBuffer into) throws IOException {
        if (inflater.needsInput()) {
            if (!blob.has()) {
                throw new Damage(Damage.CUT);
            }
            // Whose position moves with what is inflated, so the trailer is what remains.
            inflater.setInput(blob.bytes());
        }
        int start = into.position();
        try {
            inflater.inflate(into);
        } catch (DataFormatException e) {
            throw new Damage("its compressed data is damaged: " + e.getMessage());
        }
        if (inflater.needsDictionary()) {
            throw new Damage("its compressed data needs a dictionary");
        }
        checksum.update(into.slice(start, into.position() - start));
    }

    private void endMember() throws IOException {
        inMember = false;
        long crc = number(4);
        long size = number(4);
        if (crc != checksum.getValue()) {
            throw new Damage("its gzip checksum is wrong");
        }
        // Of the size 32 bits are kept.
        if (size != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw new Damage("its gzip size is wrong");
        }
    }

    private void readHeader() throws IOException {
        headerChecksum.reset();
        headerLength = 0;
        int magic = headerByte() | (headerByte() << 8);
        if (magic != MAGIC) {
            throw new Damage("its gzip data is followed by something else");
        }
        int method = headerByte();
        int flags = headerByte();
        if (method != DEFLATE || (flags & RESERVED) != 0) {
            throw new Damage("its gzip header has an unknown method or flag");
        }
        // MTIME, XFL, OS: nothing that matters here.
        skip(6);
        if ((flags & FEXTRA) != 0) {
            skip(headerByte() | (headerByte() << 8));
        }
        skipText(flags & FNAME);
        skipText(flags & FCOMMENT);
        if ((flags & FHCRC) != 0) {
            requireHeaderChecksum();
        }
    }

    private void requireHeaderChecksum() throws IOException {
        long expected = headerChecksum.getValue() & 0xffff;
        if (number(2) != expected) {
            throw new Damage("its gzip header has a wrong checksum");
        }
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            headerByte();
        }
    }

    private void skipText(int flag) throws IOException {
        if (flag != 0) {
            while (headerByte() != 0) {
                // Up to the NUL.
            }
        }
    }

    private int headerByte() throws IOException {
        if (++headerLength > headerLimit) {
            throw new Damage("its gzip header is larger than " + headerLimit + " bytes");
        }
        int next = blob.require();
        headerChecksum.update(next);
        return next;
    }

    private long number(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) blob.require() << (8 * i);
        }
        return value;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
