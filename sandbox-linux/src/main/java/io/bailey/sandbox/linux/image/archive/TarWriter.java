package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Writes archives: ustar, with PAX records only where ustar cannot say it. The same entries give
 * the same bytes.
 */
public final class TarWriter {
    private static final int PIECE = 64 * UstarHeader.BLOCK;

    /** A PAX header's own name is of no use to anyone; readers that do not know it make a file. */
    private static final String PAX_NAME = "PaxHeaders/";

    private static final int MOST_BASE = UstarHeader.NAME - PAX_NAME.length();

    private final Sink sink;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE).asReadOnlyBuffer();
    private long missing;
    private int padding;

    /** Takes the archive's bytes. */
    @FunctionalInterface
    public interface Sink {
        /** The next piece, to be taken at once, from its position to its limit. */
        void accept(ByteBuffer piece);
    }

    /** A writer to {@code sink}. */
    public TarWriter(Sink sink) {
        this.sink = sink;
    }

    /**
     * Begins an entry. Its {@code number}, {@code offset} and {@code extents} do not matter: all of
     * a file's bytes are written.
     */
    public void entry(TarEntry entry) {
        endOfEntry();
        Map<String, String> records = Pax.records(entry);
        if (!records.isEmpty()) {
            byte[] body = Pax.body(records);
            sink.accept(UstarHeader.ofRecords(paxName(entry.name()), body.length));
            sink.accept(ByteBuffer.wrap(body));
            zeros(pad(body.length));
        }
        sink.accept(UstarHeader.of(entry));
        missing = entry.size();
        padding = pad(entry.size());
    }

    /** Content of the current entry, as many bytes in all as its size says. */
    public void content(ByteBuffer piece) {
        if (piece.remaining() > missing) {
            throw new IllegalStateException("the entry has " + missing + " bytes left");
        }
        missing -= piece.remaining();
        sink.accept(piece);
    }

    /** Zeros as content of the current entry. */
    void zeroContent(long bytes) {
        if (bytes > missing) {
            throw new IllegalStateException("the entry has " + missing + " bytes left");
        }
        missing -= bytes;
        zeros(bytes);
    }

    /** Ends the archive. */
    public void finish() {
        endOfEntry();
        zeros(2 * UstarHeader.BLOCK);
    }

    private void endOfEntry() {
        if (missing != 0) {
            throw new IllegalStateException("the entry lacks " + missing + " bytes");
        }
        zeros(padding);
        padding = 0;
    }

    private void zeros(long bytes) {
        for (long left = bytes; left > 0; left -= PIECE) {
            sink.accept(zeros.slice(0, (int) Math.min(left, PIECE)));
        }
    }

    private static int pad(long size) {
        return (int) (-size & UstarHeader.BLOCK - 1);
    }

    private static String paxName(String name) {
        int end = name.endsWith("/") ? name.length() - 1 : name.length();
        String base = name.substring(name.lastIndexOf('/', end - 1) + 1, Math.max(end, 0));
        return PAX_NAME + base.substring(0, Math.min(base.length(), MOST_BASE));
    }
}
