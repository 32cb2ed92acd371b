package io.bailey.sandbox.linux.image.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Put together chunk by chunk, a file is what it was, whatever its parts are. */
class ChunkingProperties {
    private static final int OFFSET = 512 * 3;

    record Sparse(long size, List<Extent> extents) {}

    @Provide
    Arbitrary<Sparse> files() {
        Arbitrary<Integer> length =
                Arbitraries.oneOf(
                        Arbitraries.integers().between(0, 3000),
                        Arbitraries.of(0, 512, 1024, 4096, 8192));
        return Combinators.combine(length.list().ofMaxSize(12), length)
                .as((lengths, rest) -> {
                    List<Extent> extents = new ArrayList<>();
                    long at = 0;
                    for (int i = 0; i + 1 < lengths.size(); i += 2) {
                        at += lengths.get(i);
                        extents.add(new Extent(at, lengths.get(i + 1)));
                        at += lengths.get(i + 1);
                    }
                    return new Sparse(at + rest, extents);
                });
    }

    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void chunksMakeTheFile(@ForAll("files") Sparse sparse) {
        if (sparse.size() == 0) {
            return;
        }
        RegularFile file =
                new RegularFile(Attributes.implied(), 0, sparse.size(), OFFSET, sparse.extents());
        Chunking chunking = Chunking.of(file);
        Rebuilt rebuilt = new Rebuilt(sparse, 512L << chunking.bits());
        chunking.visit(file, rebuilt);
        assertThat(rebuilt.chunks).isEqualTo(chunking.count());
        assertThat(rebuilt.copied).isLessThanOrEqualTo(chunking.copied());
        assertThat(rebuilt.file).isEqualTo(original(sparse));
    }

    /** As an archive's reader would: byte n of what is stored is n, and never 0. */
    private static byte[] original(Sparse sparse) {
        byte[] file = new byte[(int) sparse.size()];
        int stored = OFFSET;
        for (Extent extent : sparse.extents()) {
            for (int i = 0; i < extent.length(); i++) {
                file[(int) extent.position() + i] = stored(stored++);
            }
        }
        return file;
    }

    private static byte stored(long offset) {
        return (byte) (offset % 255 + 1);
    }

    private static final class Rebuilt implements Chunking.Visitor {
        private final byte[] file;
        private final long length;
        private long chunks;
        private long copied;

        Rebuilt(Sparse sparse, long length) {
            this.file = new byte[(int) sparse.size()];
            // What nobody writes must not look like a hole.
            Arrays.fill(file, (byte) -1);
            this.length = length;
        }

        private int start() {
            return (int) (chunks++ * length);
        }

        private int end(int start) {
            return (int) Math.min(file.length, start + length);
        }

        @Override
        public void hole() {
            int start = start();
            Arrays.fill(file, start, end(start), (byte) 0);
        }

        @Override
        public void mapped(long offset) {
            assertThat(offset % 512).isZero();
            int start = start();
            for (int i = start; i < end(start); i++) {
                file[i] = stored(offset + i - start);
            }
        }

        @Override
        public void copied(long from, long to, List<Stretch> stretches, int first) {
            int start = start();
            assertThat(from).isEqualTo(start);
            assertThat(to).isEqualTo(end(start));
            copied += to - from;
            Arrays.fill(file, start, (int) to, (byte) 0);
            for (Stretch stretch : stretches.subList(first, stretches.size())) {
                for (long i = Math.max(from, stretch.start());
                        i < Math.min(to, stretch.end());
                        i++) {
                    file[(int) i] = stored(stretch.stored() + i - stretch.start());
                }
            }
        }
    }
}
