package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * The frames of Zstandard data, RFC 8878, for a decoder that knows data frames alone, overlooks up
 * to three bytes behind the last one, and takes as much memory as a frame says. Skippable frames,
 * in which zstd:chunked layers keep their table of contents, are left out.
 */
final class ZstdFrames extends InputStream {
    /** More the decoder has not learned yet; RFC 8878 asks for no more. */
    private static final long LARGEST_WINDOW = 8L << 20;

    /** A frame may be its own window. As large as zstd takes: ZSTD_WINDOWLOG_LIMIT_DEFAULT. */
    private static final long LARGEST_SINGLE = 1L << 27;

    private static final int LARGEST_BLOCK = 1 << 17;
    private static final int FRAME = 0xFD2FB528;
    private static final int SKIPPABLE = 0x184D2A50;
    private static final int LONGEST_HEADER = 18;

    private enum Next {
        FRAME,
        BLOCK,
        CHECKSUM
    }

    private final BlobInput blob;

    /** Header bytes that were looked at and are still to be passed on. */
    private final ByteBuffer header = ByteBuffer.allocate(LONGEST_HEADER).limit(0);

    /** How many bytes may be passed on unseen. */
    private long body;

    private Next next = Next.FRAME;
    private boolean hasChecksum;
    private boolean any;

    ZstdFrames(BlobInput blob) {
        this.blob = blob;
    }

    static boolean isMagic(int magic) {
        return magic == FRAME || isSkippable(magic);
    }

    private static boolean isSkippable(int magic) {
        return (magic & ~0xf) == SKIPPABLE;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        while (!header.hasRemaining() && body == 0) {
            if (!advance()) {
                return -1;
            }
        }
        if (header.hasRemaining()) {
            int got = Math.min(length, header.remaining());
            header.get(into, offset, got);
            return got;
        }
        requireMore();
        int got = (int) Math.min(Math.min(length, body), blob.bytes().remaining());
        blob.bytes().get(into, offset, got);
        body -= got;
        return got;
    }

    private void requireMore() throws IOException {
        if (!blob.has()) {
            throw new Damage(Damage.CUT);
        }
    }

    /** Reads the next header; false at the end. */
    private boolean advance() throws IOException {
        header.clear();
        switch (next) {
            case FRAME -> {
                if (!blob.has()) {
                    requireAny();
                    header.flip();
                    return false;
                }
                frame();
            }
            case BLOCK -> block();
            case CHECKSUM -> {
                body = 4;
                next = Next.FRAME;
            }
        }
        header.flip();
        return true;
    }

    private void requireAny() throws IOException {
        if (!any) {
            throw new Damage("its zstd data has no frame");
        }
    }

    private void frame() throws IOException {
        int magic = (int) number(4);
        if (isSkippable(magic)) {
            header.clear();
            skipBytes(number(4));
            header.clear();
        } else if (magic == FRAME) {
            frameHeader();
        } else {
            throw new Damage("its zstd data is followed by something else");
        }
    }

    private void skipBytes(long length) throws IOException {
        long left = length;
        while (left > 0) {
            requireMore();
            ByteBuffer bytes = blob.bytes();
            int step = (int) Math.min(left, bytes.remaining());
            bytes.position(bytes.position() + step);
            left -= step;
        }
    }

    private void frameHeader() throws IOException {
        int descriptor = (int) number(1);
        boolean single = (descriptor & 0x20) != 0;
        long window = single ? 0 : window((int) number(1));
        int dictionary = descriptor & 3;
        if ((descriptor & 8) != 0 || number(dictionary == 3 ? 4 : dictionary) != 0) {
            throw new Damage("its zstd data needs a dictionary, or a newer decoder");
        }
        int sizeFlag = descriptor >>> 6;
        long size = number(sizeFlag == 0 ? (single ? 1 : 0) : 1 << sizeFlag);
        if (window > LARGEST_WINDOW || (single && (size < 0 || size > LARGEST_SINGLE))) {
            throw new ImageException(
                    Kind.UNSUPPORTED_MEDIA_TYPE,
                    "read layer",
                    "",
                    "its zstd data needs a window of more than " + LARGEST_WINDOW + " bytes",
                    "compress it without --long and --ultra, or with gzip");
        }
        hasChecksum = (descriptor & 4) != 0;
        any = true;
        next = Next.BLOCK;
    }

    private static long window(int descriptor) {
        long base = 1L << (10 + (descriptor >>> 3));
        return base + base / 8 * (descriptor & 7);
    }

    private void block() throws IOException {
        int head = (int) number(3);
        int type = (head >>> 1) & 3;
        int size = head >>> 3;
        // RLE: one byte that stands for so many.
        if (type == 3 || size > LARGEST_BLOCK) {
            throw new Damage("its zstd data is damaged: no such block");
        }
        body = type == 1 ? 1 : size;
        boolean last = (head & 1) != 0;
        next = !last ? Next.BLOCK : hasChecksum ? Next.CHECKSUM : Next.FRAME;
    }

    /** A little-endian number, which is passed on too. */
    private long number(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            int one = blob.require();
            header.put((byte) one);
            value |= (long) one << (8 * i);
        }
        return value;
    }
}
