package io.bailey.sandbox.linux.image.erofs;

import java.util.List;

/**
 * How a file is cut into chunks, all of one size, a power of two of blocks. Each is somewhere in
 * the archive of its layer, or a hole, or, where neither will do (the odd parts of sparse files),
 * copied into the index.
 *
 * @param bits of the number of blocks of a chunk
 * @param count how many there are
 * @param copied at most so many bytes are copied into the index
 */
record Chunking(int bits, long count, long copied) {

    private static final long MOST_COPIED = 1L << 62;

    /** What becomes of each chunk, in order. */
    interface Visitor {
        /** It is all zeros. */
        void hole();

        /** It is in the archive, from {@code offset} on. */
        void mapped(long offset);

        /**
         * The bytes of the file from {@code start} to {@code end} are put together anew, of {@code
         * stretches} from the one numbered {@code first} on.
         */
        void copied(long start, long end, List<Stretch> stretches, int first);
    }

    static Chunking of(RegularFile file) {
        if (file.isContiguous() && file.stretches().getFirst().isAligned()) {
            int bits = least(file.size());
            return new Chunking(bits, count(file.size(), bits), 0);
        }
        return cheapest(file.size(), file.stretches());
    }

    /** Of so many that one chunk is enough, if that many are possible. */
    private static int least(long size) {
        int bits = 64 - Long.numberOfLeadingZeros(Erofs.blocks(size) - 1);
        return Math.min(bits, Erofs.MOST_CHUNK_BITS);
    }

    private static long count(long size, int bits) {
        long length = (long) Erofs.BLOCK << bits;
        return size / length + (size % length == 0 ? 0 : 1);
    }

    /** Large chunks make a short list, small ones less to copy. */
    private static Chunking cheapest(long size, List<Stretch> stretches) {
        int bits = least(size);
        Chunking best = with(size, stretches, bits);
        while (--bits >= 0 && best.bytes() > Erofs.CHUNK_INDEX_BYTES) {
            Chunking next = with(size, stretches, bits);
            best = next.bytes() < best.bytes() ? next : best;
        }
        return best;
    }

    private static Chunking with(long size, List<Stretch> stretches, int bits) {
        long length = (long) Erofs.BLOCK << bits;
        long mixed = 0;
        long last = -1;
        for (Stretch stretch : stretches) {
            long from = stretch.start() / length;
            long to = (stretch.end() - 1) / length;
            if (from != last && !isMapped(stretch, from, length, size)) {
                mixed++;
            }
            if (!stretch.isAligned()) {
                mixed += to - from;
            } else if (to != from && !isMapped(stretch, to, length, size)) {
                // What is between the first chunk and the last is the stretch's alone.
                mixed++;
            }
            last = isMapped(stretch, to, length, size) ? -1 : to;
        }
        long copied = mixed > MOST_COPIED / length ? MOST_COPIED : mixed * length;
        return new Chunking(bits, count(size, bits), copied);
    }

    private static boolean isMapped(Stretch stretch, long chunk, long length, long size) {
        long start = chunk * length;
        return stretch.isAligned() && stretch.covers(start, end(start, length, size));
    }

    private static long end(long start, long length, long size) {
        return length > size - start ? size : start + length;
    }

    /** What it costs in the index. */
    long bytes() {
        return Erofs.CHUNK_INDEX_BYTES * count + copied;
    }

    void visit(RegularFile file, Visitor visitor) {
        List<Stretch> stretches = file.stretches();
        long length = (long) Erofs.BLOCK << bits;
        int at = 0;
        for (long chunk = 0; chunk < count; chunk++) {
            long start = chunk * length;
            long end = end(start, length, file.size());
            while (at < stretches.size() && stretches.get(at).end() <= start) {
                at++;
            }
            if (at == stretches.size() || stretches.get(at).start() >= end) {
                visitor.hole();
            } else if (isMapped(stretches.get(at), chunk, length, file.size())) {
                Stretch in = stretches.get(at);
                visitor.mapped(in.stored() + start - in.start());
            } else {
                visitor.copied(start, end, stretches, at);
            }
        }
    }
}
