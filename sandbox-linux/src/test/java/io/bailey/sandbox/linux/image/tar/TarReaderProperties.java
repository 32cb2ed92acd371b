package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.testing.TarMaker.header;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.testing.TarMaker;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What is written is read, whatever the dialect; and whatever is read ends, in little memory, with
 * entries or with a refusal.
 */
class TarReaderProperties {
    private static final List<Kind> REFUSALS = List.of(Kind.MALFORMED_LAYER, Kind.LIMIT_EXCEEDED);

    enum Dialect {
        USTAR,
        GNU,
        PAX
    }

    record Wanted(Dialect dialect, String name, String link, long uid, long mtime, int size) {

        private void write(TarMaker maker) {
            switch (dialect) {
                case USTAR -> write(maker, header(cut(name)).link(cut(link)));
                case GNU -> {
                    maker.longName(name).longLink(link);
                    write(maker, header("x").gnu());
                }
                case PAX -> {
                    maker.pax(
                            "path", name,
                            "linkpath", link,
                            "uid", Long.toString(uid),
                            "mtime", Long.toString(mtime),
                            "size", Integer.toString(size));
                    maker.add(head(header("x")).uid(1).mtime(2).size(0));
                    maker.body(content());
                }
            }
        }

        private void write(TarMaker maker, TarMaker.Header header) {
            maker.add(head(header), content());
        }

        private TarMaker.Header head(TarMaker.Header header) {
            return header.uid(uid).mtime(mtime).type(link.isEmpty() ? '0' : '2');
        }

        private String expectedName() {
            return dialect == Dialect.USTAR ? cut(name) : name;
        }

        private String expectedLink() {
            return dialect == Dialect.USTAR ? cut(link) : link;
        }

        /** A link has none. */
        private byte[] content() {
            byte[] content = new byte[link.isEmpty() ? size : 0];
            new Random(size).nextBytes(content);
            return content;
        }

        private static String cut(String text) {
            return text.substring(0, Math.min(100, text.length()));
        }
    }

    @Provide
    Arbitrary<Wanted> wanted() {
        Arbitrary<String> names =
                Arbitraries.strings()
                        .withCharRange('\1', '\u00ff')
                        .excludeChars('/')
                        .ofMinLength(1)
                        .ofMaxLength(255);
        return Combinators.combine(
                        Arbitraries.of(Dialect.values()),
                        names,
                        Arbitraries.oneOf(Arbitraries.just(""), names),
                        Arbitraries.longs().between(0, 0xFFFF_FFFEL),
                        Arbitraries.longs().between(-1L << 40, 1L << 40),
                        Arbitraries.integers().between(0, 3000))
                .as(Wanted::new);
    }

    private static byte[] archive(List<Wanted> entries) {
        TarMaker maker = new TarMaker();
        entries.forEach(entry -> entry.write(maker));
        return maker.finish();
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void readsWhatIsWritten(
            @ForAll @Size(max = 8) List<@From("wanted") Wanted> wanted,
            @ForAll @IntRange(min = 1, max = 3000) int piece) {
        byte[] archive = archive(wanted);
        TarReader reader = new TarReader(Archives.pieces(archive, piece), Archives.TIGHT);
        for (Wanted expected : wanted) {
            TarEntry entry = reader.next();
            assertThat(entry).isNotNull();
            assertThat(entry.name()).isEqualTo(expected.expectedName());
            assertThat(entry.link()).isEqualTo(expected.expectedLink());
            assertThat(entry.uid()).isEqualTo(expected.uid);
            assertThat(entry.seconds()).isEqualTo(expected.mtime);
            assertContent(reader, entry, expected, archive);
        }
        assertThat(reader.next()).isNull();
    }

    private static void assertContent(
            TarReader reader, TarEntry entry, Wanted expected, byte[] archive) {
        byte[] content = expected.content();
        assertThat(entry.type())
                .isEqualTo(
                        expected.link.isEmpty() ? TarEntry.Type.FILE : TarEntry.Type.SYMBOLIC_LINK);
        assertThat(entry.size()).isEqualTo(content.length);
        int offset = (int) entry.offset();
        assertThat(Arrays.copyOfRange(archive, offset, offset + content.length)).isEqualTo(content);
        byte[] given = new byte[content.length];
        reader.content((position, bytes) -> bytes.get(given, (int) position, bytes.remaining()));
        assertThat(given).isEqualTo(content);
    }

    /** Damage that a checksum would not show, and some that it does. */
    @Provide
    Arbitrary<byte[]> mutated() {
        return Combinators.combine(wanted().list().ofMinSize(1).ofMaxSize(5), Arbitraries.longs())
                .as((entries, seed) -> mutate(archive(entries), new Random(seed)));
    }

    private static byte[] mutate(byte[] archive, Random random) {
        byte[] mutated = Arrays.copyOf(archive, archive.length - random.nextInt(600));
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int block = random.nextInt(mutated.length / 512) * 512;
            int at = block + random.nextInt(512);
            byte value =
                    (byte) (random.nextBoolean() ? '0' + random.nextInt(10) : random.nextInt());
            mutated[at] = value;
            // A type is one byte of 512: it is to be met more often.
            if (random.nextInt(3) == 0) {
                mutated[block + 156] = (byte) "0123456789xgLKSVMDNA".charAt(random.nextInt(20));
            }
            if (random.nextBoolean()) {
                fixChecksum(mutated, block);
            }
        }
        return mutated;
    }

    private static void fixChecksum(byte[] archive, int block) {
        Arrays.fill(archive, block + 148, block + 156, (byte) ' ');
        int sum = 0;
        for (int i = block; i < block + 512; i++) {
            sum += archive[i] & 0xff;
        }
        byte[] text = Layers.bytes(String.format("%06o\0 ", sum));
        System.arraycopy(text, 0, archive, block + 148, text.length);
    }

    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void refusesOrReads(@ForAll("mutated") byte[] archive) {
        String streamed = outcome(new TarReader(Archives.pieces(archive, 700), Archives.TIGHT));
        assertThat(streamed).isEqualTo(scanned(archive));
    }

    @Property(tries = 1000)
    void refusesOrReadsWhatIsNoArchive(@ForAll byte[] bytes) {
        outcome(new TarReader(Archives.pieces(bytes, 700), Archives.TIGHT));
    }

    /** Of the same archive as a file the scanner says the same, to the word. */
    private static String scanned(byte[] archive) {
        try {
            Path file = Files.createTempFile("bailey-", ".tar");
            try (FileChannel channel = FileChannel.open(Files.write(file, archive))) {
                return outcome(new TarScanner(channel, Archives.TIGHT));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String outcome(LayerEntries archive) {
        List<String> seen = new ArrayList<>();
        try {
            for (TarEntry entry = archive.next(); entry != null; entry = archive.next()) {
                seen.add(entry.name() + entry.size() + entry.extents() + entry.offset());
                assertThat(entry.size()).isLessThanOrEqualTo(8 << 20);
                long[] stored = {0};
                archive.content((position, piece) -> stored[0] += piece.remaining());
                seen.add(Long.toString(stored[0]));
            }
        } catch (ImageException refused) {
            assertThat(refused.kind()).isIn(REFUSALS);
            assertThat(refused.subject()).startsWith("entry ");
            seen.add(String.valueOf(refused.getMessage()));
        }
        return seen.toString();
    }
}
