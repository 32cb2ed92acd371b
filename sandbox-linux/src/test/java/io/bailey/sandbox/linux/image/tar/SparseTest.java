package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.image.tar.Archives.entries;
import static io.bailey.sandbox.linux.image.tar.Archives.only;
import static io.bailey.sandbox.linux.image.tar.Archives.read;
import static io.bailey.sandbox.linux.testing.TarMaker.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;
import io.bailey.sandbox.linux.testing.TarMaker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.stream.Stream;

/** Sparse files in the four forms that GNU tar has had. */
class SparseTest {
    private static final byte[] STORED = "aabbb".getBytes(ISO_8859_1);
    private static final List<Extent> EXTENTS = List.of(new Extent(3, 2), new Extent(10, 3));

    private static TarMaker old() {
        return new TarMaker()
                .add(
                        header("s")
                                .sparse(20, false)
                                .sparse(0, 3, 2)
                                .sparse(1, 10, 3)
                                .sparse(2, 20, 0),
                        STORED);
    }

    private static TarMaker pax00() {
        return new TarMaker()
                .pax(
                        "GNU.sparse.size", "20",
                        "GNU.sparse.numblocks", "2",
                        "GNU.sparse.offset", "3",
                        "GNU.sparse.numbytes", "2",
                        "GNU.sparse.offset", "10",
                        "GNU.sparse.numbytes", "3")
                .file("s", STORED);
    }

    private static TarMaker pax01() {
        return new TarMaker()
                .pax(
                        "GNU.sparse.size", "20",
                        "GNU.sparse.numblocks", "2",
                        "GNU.sparse.map", "3,2,10,3",
                        "GNU.sparse.name", "s")
                .file("GNUSparseFile.1/s", STORED);
    }

    private static TarMaker pax10() {
        return pax10("2\n3\n2\n10\n3\n");
    }

    private static TarMaker pax10(String map) {
        byte[] all = new byte[512 + STORED.length];
        byte[] text = map.getBytes(ISO_8859_1);
        System.arraycopy(text, 0, all, 0, text.length);
        System.arraycopy(STORED, 0, all, 512, STORED.length);
        return pax10Header().file("GNUSparseFile.1/s", all);
    }

    private static TarMaker pax10Header() {
        return new TarMaker()
                .pax(
                        "GNU.sparse.major", "1",
                        "GNU.sparse.minor", "0",
                        "GNU.sparse.name", "s",
                        "GNU.sparse.realsize", "20");
    }

    static Stream<TarMaker> everyForm() {
        return Stream.of(old(), pax00(), pax01(), pax10());
    }

    @ParameterizedTest
    @MethodSource("everyForm")
    void readsEveryForm(TarMaker maker) {
        byte[] archive = maker.file("after", "x").finish();
        TarEntry entry = entries(archive).getFirst();
        assertThat(entry.name()).isEqualTo("s");
        assertThat(entry.size()).isEqualTo(20);
        assertThat(entry.extents()).isEqualTo(EXTENTS);
        assertThat(archive[(int) entry.offset()]).isEqualTo((byte) 'a');
        assertThat(new String(read(archive).get("s").file(), ISO_8859_1))
                .isEqualTo("\0\0\0aa\0\0\0\0\0bbb\0\0\0\0\0\0\0");
        assertThat(entries(archive)).extracting(TarEntry::name).containsExactly("s", "after");
    }

    @Test
    void readsFurtherBlocksOfAMap() {
        TarMaker maker = new TarMaker();
        TarMaker.Header head = header("s").sparse(100, true).size(46);
        for (int i = 0; i < 4; i++) {
            head.sparse(i, 2 * i, 1);
        }
        maker.add(head).raw(mapBlock(4, 21, true)).raw(mapBlock(25, 21, false));
        byte[] archive = maker.body("z".repeat(46).getBytes(ISO_8859_1)).finish();
        TarEntry entry = only(archive);
        assertThat(entry.extents()).hasSize(46).last().isEqualTo(new Extent(90, 1));
        assertThat(entry.offset()).isEqualTo(3 * 512);
        assertThat(read(archive).get("s").file())
                .startsWith('z', 0, 'z')
                .endsWith(0, 'z', 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private static byte[] mapBlock(int first, int entries, boolean more) {
        byte[] block = new byte[512];
        for (int i = 0; i < entries; i++) {
            byte[] pair = String.format("%011o\0%011o\0", 2 * (first + i), 1).getBytes(ISO_8859_1);
            System.arraycopy(pair, 0, block, 24 * i, pair.length);
        }
        block[504] = (byte) (more ? 1 : 0);
        return block;
    }

    @Test
    void readsFilesThatAreHolesOnly() {
        byte[] archive =
                new TarMaker()
                        .add(header("old").sparse(1000, false).sparse(0, 1000, 0))
                        .pax("GNU.sparse.size", "1000", "GNU.sparse.numblocks", "0")
                        .file("pax", "")
                        .finish();
        assertThat(entries(archive)).extracting(TarEntry::size).containsExactly(1000L, 1000L);
        assertThat(entries(archive)).allMatch(entry -> entry.extents().isEmpty());
    }

    /** The size of what is stored may be PAX's, and the real one beyond octal. */
    @Test
    void readsLargeOnes() {
        TarEntry entry =
                only(
                        new TarMaker()
                                .pax("size", "5")
                                .add(header("s").sparse(40L << 30, false).sparse(0, 30L << 30, 5))
                                .body(STORED)
                                .finish());
        assertThat(entry.size()).isEqualTo(40L << 30);
        assertThat(entry.extents()).containsExactly(new Extent(30L << 30, 5));
    }

    static Stream<TarMaker> malformed() {
        return Stream.of(
                // Not in order, overlapping, beyond the file, more and less than is stored.
                sparse01("10,3,3,2"),
                sparse01("3,3,5,2"),
                sparse01("3,2,18,3"),
                sparse01("3,2,10,4"),
                sparse01("3,2"),
                sparse01("3,2,10"),
                sparse01("3,2,,3"),
                sparse01("3,2,9223372036854775807,3"),
                sparse01("-3,2,10,3"),
                pax10("3\n3\n2\n10\n3\n"),
                pax10("2\n3\n2\n10\n\n"),
                pax10("2\n3\nx\n10\n3\n"),
                pax10("2\n3\n2\n10\n00000000000000000003\n"),
                pax10("99999999999\n3\n2\n"),
                // The map does not end within what is stored.
                pax10Header().file("s", "2\n3\n"),
                pax10Header().file("s", ""),
                new TarMaker().pax("GNU.sparse.size", "20").file("s", STORED),
                new TarMaker().pax("GNU.sparse.map", "3,2,10,3").file("s", STORED),
                new TarMaker()
                        .pax(
                                "GNU.sparse.major",
                                "2",
                                "GNU.sparse.minor",
                                "0",
                                "GNU.sparse.realsize",
                                "20")
                        .file("s", STORED),
                new TarMaker()
                        .pax(
                                "GNU.sparse.size",
                                "20",
                                "GNU.sparse.numbytes",
                                "2",
                                "GNU.sparse.offset",
                                "3")
                        .file("s", STORED),
                new TarMaker()
                        .pax("GNU.sparse.size", "20", "GNU.sparse.map", "3,2,10,3")
                        .directory("s"),
                new TarMaker().add(header("s").sparse(-1, false).sparse(0, 3, 5), STORED),
                new TarMaker().add(header("s").sparse(20, false).sparse(0, 3, -5), STORED),
                new TarMaker().add(header("s").sparse(20, true).sparse(0, 3, 5).size(5)),
                new TarMaker().add(header("s").sparse(20, false).sparse(0, 3, 5).ustar(), STORED));
    }

    private static TarMaker sparse01(String map) {
        return new TarMaker().pax("GNU.sparse.size", "20", "GNU.sparse.map", map).file("s", STORED);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWhatIsNoMap(TarMaker maker) {
        byte[] archive = maker.bytes();
        assertThatThrownBy(() -> entries(archive, Archives.TIGHT))
                .isInstanceOfSatisfying(
                        ImageException.class,
                        e -> {
                            assertThat(e.kind()).isEqualTo(ImageException.Kind.MALFORMED_LAYER);
                            assertThat(e.subject()).startsWith("entry 1");
                        });
    }

    /** A map is in memory: it is no larger than other headers. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesMapsWithoutEnd(boolean gnu) {
        TarMaker maker = new TarMaker();
        int blocks = 200;
        if (gnu) {
            maker.add(header("s").sparse(1 << 20, true).size(0));
            for (int i = 0; i < blocks; i++) {
                maker.raw(mapBlock(21 * i, 21, true));
            }
        } else {
            String map = "99999\n" + "0\n0\n".repeat(512 * blocks / 4);
            maker.raw(pax10Header().file("s", map).bytes());
        }
        assertThatThrownBy(() -> entries(maker.bytes(), Archives.TIGHT))
                .isInstanceOfSatisfying(
                        ImageException.class,
                        e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.LIMIT_EXCEEDED));
    }

    /** A hole costs nothing here, but whoever copies the file pays. */
    @Test
    void refusesWhatIsLargerThanALayerMayBe() {
        byte[] archive =
                new TarMaker()
                        .pax("GNU.sparse.size", "8388609", "GNU.sparse.numblocks", "0")
                        .file("s", "")
                        .finish();
        assertThatThrownBy(() -> entries(archive, Archives.TIGHT))
                .isInstanceOfSatisfying(
                        ImageException.class,
                        e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.LIMIT_EXCEEDED))
                .hasMessageContaining("ImageLimits.layerSize");
    }
}
