package io.bailey.sandbox.linux.image.archive;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses what it is given, RFC 1952. Neither time nor name nor system is written down, so that
 * the same bytes give the same file; those that DEFLATE makes are of the JDK's zlib, and another
 * one may pack them otherwise.
 */
final class Gzip implements TarWriter.Sink, AutoCloseable {
    private static final int LEVEL = 6;
    private static final int PIECE = 64 << 10;

    /** Magic, DEFLATE, no flags, no time, no hint, system unknown. */
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final TarWriter.Sink to;
    private final Deflater deflater = new Deflater(LEVEL, true);
    private final CRC32 checksum = new CRC32();
    private final ByteBuffer packed = ByteBuffer.allocateDirect(PIECE);

    Gzip(TarWriter.Sink to) {
        this.to = to;
        to.accept(ByteBuffer.wrap(HEADER));
    }

    @Override
    public void accept(ByteBuffer piece) {
        checksum.update(piece.duplicate());
        deflater.setInput(piece);
        while (!deflater.needsInput()) {
            drain();
        }
    }

    /** Ends it. */
    void finish() {
        deflater.finish();
        while (!deflater.finished()) {
            drain();
        }
        ByteBuffer trailer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        trailer.putInt((int) checksum.getValue()).putInt((int) deflater.getBytesRead());
        to.accept(trailer.flip());
    }

    private void drain() {
        deflater.deflate(packed.clear());
        to.accept(packed.flip());
    }

    @Override
    public void close() {
        deflater.end();
    }
}
