package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.image.tar.Archives.entries;
import static io.bailey.sandbox.linux.image.tar.Archives.only;
import static io.bailey.sandbox.linux.image.tar.Archives.read;
import static io.bailey.sandbox.linux.testing.TarMaker.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;
import io.bailey.sandbox.linux.testing.TarMaker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;

/** Each dialect's own fields, in headers made by hand. */
class DialectsTest {
    private static final String LONG = "d/".repeat(120) + "file";

    @Test
    void readsAllOfAFile() {
        TarEntry entry =
                only(
                        new TarMaker()
                                .add(
                                        header("./a//b/../c")
                                                .mode(0104755)
                                                .uid(1000)
                                                .gid(50)
                                                .mtime(1_700_000_000),
                                        new byte[700])
                                .finish());
        assertThat(entry)
                .isEqualTo(
                        new TarEntry(
                                1,
                                TarEntry.Type.FILE,
                                "./a//b/../c",
                                "",
                                04755,
                                1000,
                                50,
                                1_700_000_000,
                                0,
                                700,
                                0,
                                0,
                                512,
                                List.of(new Extent(0, 700)),
                                Map.of()));
    }

    @Test
    void readsEveryType() {
        byte[] archive =
                new TarMaker()
                        .directory("d")
                        .file("f", "x")
                        .add(header("nul").type('\0'))
                        .add(header("contiguous").type('7'), new byte[3])
                        .symlink("s", "/target")
                        .hardLink("h", "f")
                        .add(header("c").type('3').device(1, 3))
                        .add(header("b").type('4').device(0xfff, 0xfffff))
                        .add(header("p").type('6'))
                        .finish();
        assertThat(entries(archive))
                .extracting(TarEntry::name, TarEntry::type, TarEntry::link, TarEntry::size)
                .map(tuple -> tuple.toList())
                .containsExactly(
                        List.of("d", TarEntry.Type.DIRECTORY, "", 0L),
                        List.of("f", TarEntry.Type.FILE, "", 1L),
                        List.of("nul", TarEntry.Type.FILE, "", 0L),
                        List.of("contiguous", TarEntry.Type.FILE, "", 3L),
                        List.of("s", TarEntry.Type.SYMBOLIC_LINK, "/target", 0L),
                        List.of("h", TarEntry.Type.HARD_LINK, "f", 0L),
                        List.of("c", TarEntry.Type.CHARACTER_DEVICE, "", 0L),
                        List.of("b", TarEntry.Type.BLOCK_DEVICE, "", 0L),
                        List.of("p", TarEntry.Type.FIFO, "", 0L));
        assertThat(entries(archive))
                .extracting(TarEntry::major)
                .containsExactly(0, 0, 0, 0, 0, 0, 1, 0xfff, 0);
        assertThat(entries(archive))
                .extracting(TarEntry::minor)
                .containsExactly(0, 0, 0, 0, 0, 0, 3, 0xfffff, 0);
    }

    @Test
    void numbersEntriesAndSaysWhereTheirBytesLie() {
        byte[] archive = new TarMaker().file("a", "12").longName(LONG).file("b", "3").finish();
        assertThat(entries(archive)).extracting(TarEntry::number).containsExactly(1L, 2L);
        for (TarEntry entry : entries(archive)) {
            assertThat(archive[(int) entry.offset()])
                    .isEqualTo((byte) "13".charAt((int) entry.number() - 1));
        }
    }

    /** v7 has no prefix, and what lies there means nothing. */
    @Test
    void readsV7() {
        byte[] archive = new TarMaker().add(header("f").v7().prefix("no"), new byte[1]).finish();
        assertThat(only(archive).name()).isEqualTo("f");
    }

    @Test
    void oldDirectoriesHaveASlashAlone() {
        byte[] archive = new TarMaker().add(header("d/").v7().type('\0')).finish();
        assertThat(only(archive).type()).isEqualTo(TarEntry.Type.DIRECTORY);
    }

    @Test
    void joinsThePrefixOfUstar() {
        byte[] archive = new TarMaker().add(header("f").prefix("p".repeat(155))).finish();
        assertThat(only(archive).name()).isEqualTo("p".repeat(155) + "/f");
    }

    /** A name of 100 bytes has no NUL. */
    @Test
    void takesFieldsThatAreFull() {
        byte[] archive =
                new TarMaker()
                        .add(header("n".repeat(100)).type('2').link("l".repeat(100)))
                        .finish();
        assertThat(only(archive).name()).isEqualTo("n".repeat(100));
        assertThat(only(archive).link()).isEqualTo("l".repeat(100));
    }

    /** Behind star's shorter prefix lie its times. */
    @Test
    void readsThePrefixOfStar() {
        byte[] archive =
                new TarMaker()
                        .add(
                                header("f")
                                        .star()
                                        .text(345, 131, "p".repeat(131))
                                        .number(476, 12, 7)
                                        .number(488, 12, 7))
                        .finish();
        assertThat(only(archive).name()).isEqualTo("p".repeat(131) + "/f");
    }

    /** Under GNU's magic times lie where ustar has its prefix. */
    @Test
    void takesNoTimesOfGnuForAPrefix() {
        byte[] archive =
                new TarMaker()
                        .add(header("f").gnu().number(345, 12, 0777).base256(357, 12, -1))
                        .finish();
        assertThat(only(archive).name()).isEqualTo("f");
    }

    /** As Go before 1.8 wrote it. */
    @Test
    void takesAPrefixUnderTheMagicOfGnu() {
        byte[] archive = new TarMaker().add(header("f").gnu().prefix("dir/sub")).finish();
        assertThat(only(archive).name()).isEqualTo("dir/sub/f");
    }

    @Test
    void readsLongNamesOfGnu() {
        byte[] archive =
                new TarMaker()
                        .longLink(LONG + "2")
                        .longName(LONG)
                        .add(header("short").gnu().type('2').link("short"))
                        .file("next", "")
                        .finish();
        assertThat(entries(archive)).extracting(TarEntry::name).containsExactly(LONG, "next");
        assertThat(entries(archive)).extracting(TarEntry::link).containsExactly(LONG + "2", "");
    }

    @ParameterizedTest
    @CsvSource({"8589934592", "2097152", "4294967294"})
    void readsNumbersInBase256(long value) {
        long id = Math.min(value, 4294967294L);
        TarEntry entry =
                only(
                        new TarMaker()
                                .add(
                                        header("f")
                                                .gnu()
                                                .base256(108, 8, id)
                                                .base256(116, 8, id)
                                                .base256(136, 12, value))
                                .finish());
        assertThat(entry.uid()).isEqualTo(id);
        assertThat(entry.gid()).isEqualTo(id);
        assertThat(entry.seconds()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({"-1", "-1000000000", "-9223372036854775808", "9223372036854775807"})
    void readsTimesBefore1970InBase256(long seconds) {
        byte[] archive = new TarMaker().add(header("f").gnu().base256(136, 12, seconds)).finish();
        assertThat(only(archive).seconds()).isEqualTo(seconds);
    }

    @Test
    void readsASizeInBase256() {
        byte[] archive =
                new TarMaker()
                        .add(header("f").gnu().base256(124, 12, 5))
                        .body(new byte[5])
                        .finish();
        assertThat(only(archive).size()).isEqualTo(5);
    }

    /** Blanks before, a NUL or a blank after, nothing at all: all have been written. */
    @ParameterizedTest
    @CsvSource({"'     17 '", "'17     '", "'0000017'", "'00000017'", "'    017\0'", "'17\0other'"})
    void readsNumbersHoweverTheyAreFilledUp(String field) {
        assertThat(only(new TarMaker().add(header("f").text(108, 8, field)).finish()).uid())
                .isEqualTo(017);
    }

    @Test
    void readsNothingAsZero() {
        assertThat(only(new TarMaker().add(header("f").text(108, 8, "        ")).finish()).uid())
                .isZero();
    }

    @Test
    void takesTheSumOfSignedBytesToo() {
        byte[] archive = new TarMaker().add(header("\u00e9\u00e9").signedChecksum()).finish();
        assertThat(only(archive).name()).isEqualTo("\u00e9\u00e9");
    }

    @Test
    void readsEveryRecordOfPax() {
        TarEntry entry =
                only(
                        new TarMaker()
                                .pax(
                                        "path", LONG,
                                        "size", "0000000000000000000003",
                                        "uid", "4000000000",
                                        "gid", "4000000001",
                                        "mtime", "-5.25",
                                        "atime", "1",
                                        "comment", "a=b\nc",
                                        "hdrcharset", "BINARY",
                                        "SCHILY.xattr.user.a=b", "x",
                                        "SCHILY.xattr.user.nul", "a\0\u00ffb",
                                        "SCHILY.xattr.user.empty", "")
                                .add(header("short").size(77))
                                .body(new byte[3])
                                .finish());
        assertThat(entry.name()).isEqualTo(LONG);
        assertThat(entry.size()).isEqualTo(3);
        assertThat(entry.uid()).isEqualTo(4_000_000_000L);
        assertThat(entry.gid()).isEqualTo(4_000_000_001L);
        assertThat(entry.seconds()).isEqualTo(-6);
        assertThat(entry.nanos()).isEqualTo(750_000_000);
        assertThat(entry.xattrs().get("user.a")).asString().isEqualTo("b=x");
        assertThat(entry.xattrs().get("user.nul")).isEqualTo(new byte[] {'a', 0, -1, 'b'});
        assertThat(entry.xattrs().get("user.empty")).isEmpty();
    }

    @Test
    void readsTheTargetOfALinkFromPax() {
        byte[] archive = new TarMaker().pax("linkpath", LONG).symlink("s", "short").finish();
        assertThat(only(archive).link()).isEqualTo(LONG);
    }

    @ParameterizedTest
    @CsvSource({
        "1350244992.023960108, 1350244992, 23960108",
        "1386065770.44825232, 1386065770, 448252320",
        "1., 1, 0",
        "0.0000000019999, 0, 1",
        "-0.1, -1, 900000000",
        "-5, -5, 0",
        "-1.000000001, -2, 999999999",
    })
    void readsTimesOfPax(String text, long seconds, int nanos) {
        TarEntry entry = only(new TarMaker().pax("mtime", text).file("f", "").finish());
        assertThat(entry.seconds()).isEqualTo(seconds);
        assertThat(entry.nanos()).isEqualTo(nanos);
    }

    /** GNU tar hides what a keyword cannot have, libarchive encodes all of it. */
    @Test
    void readsExtendedAttributesOfEveryWriter() {
        TarEntry entry =
                only(
                        new TarMaker()
                                .pax(
                                        "SCHILY.xattr.user.a%3Db%25", "1",
                                        "LIBARCHIVE.xattr.user.c%3d%C3%A9", "AP+A")
                                .file("f", "")
                                .finish());
        assertThat(entry.xattrs()).containsOnlyKeys("user.a=b%", "user.c=\u00c3\u00a9");
        assertThat(entry.xattrs().get("user.c=\u00c3\u00a9")).isEqualTo(new byte[] {0, -1, -128});
    }

    @Test
    void readsLargeDeviceNumbersOfStar() {
        TarEntry entry =
                only(
                        new TarMaker()
                                .pax("SCHILY.devmajor", "259", "SCHILY.devminor", "1048575")
                                .add(header("d").type('4').device(0, 0))
                                .finish());
        assertThat(entry.major()).isEqualTo(259);
        assertThat(entry.minor()).isEqualTo(1048575);
    }

    /** As in GNU tar, bsdtar and Go's reader. */
    @Test
    void ofSeveralExtendedHeadersTheLastOneHolds() {
        byte[] archive =
                new TarMaker()
                        .longName("gnu1")
                        .longName("gnu2")
                        .file("a", "")
                        .pax("path", "pax1", "mtime", "7")
                        .pax("path", "pax2")
                        .file("b", "")
                        .finish();
        assertThat(entries(archive)).extracting(TarEntry::name).containsExactly("gnu2", "pax2");
        assertThat(entries(archive).getLast().seconds()).isZero();
    }

    @Test
    void globalHeadersAreDefaults() {
        byte[] archive =
                new TarMaker()
                        .global("mtime", "7.5", "uid", "3", "comment", "c")
                        .file("a", "")
                        .pax("mtime", "8", "uid", "")
                        .add(header("b").uid(9))
                        .global("mtime", "")
                        .add(header("c").mtime(11))
                        .finish();
        assertThat(entries(archive)).extracting(TarEntry::seconds).containsExactly(7L, 8L, 11L);
        assertThat(entries(archive)).extracting(TarEntry::uid).containsExactly(3L, 9L, 3L);
    }

    /** Old writers gave them the file's size, POSIX gives a directory's another meaning. */
    @Test
    void whatIsNoFileHasNoBody() {
        byte[] archive =
                new TarMaker()
                        .add(header("h").type('1').link("f").size(1000))
                        .add(header("d").type('5').size(1000))
                        .add(header("s").type('2').link("f").size(1000))
                        .file("f", "x")
                        .finish();
        assertThat(entries(archive)).extracting(TarEntry::size).containsExactly(0L, 0L, 0L, 1L);
    }

    @Test
    void givesContentWhereTheSourceHasIt() {
        byte[] content = new byte[5000];
        content[4999] = 42;
        byte[] archive =
                new TarMaker().file("a", "skipped").file("b", content).file("c", "").finish();
        assertThat(read(archive).get("b").file()).isEqualTo(content);
        TarReader reader = new TarReader(Archives.pieces(archive, 100), Archives.TIGHT);
        assertThat(entries(reader)).extracting(TarEntry::name).containsExactly("a", "b", "c");
    }

    /** A consumer may stop in the middle, and asking again gives nothing. */
    @Test
    void skipsWhatIsLeftOfContent() {
        byte[] archive = new TarMaker().file("a", new byte[5000]).file("b", "x").finish();
        TarReader reader = new TarReader(Archives.pieces(archive, 100), Archives.TIGHT);
        reader.next();
        assertThat(
                        catchThrowable(() ->
                                reader.content((position, piece) -> {
                                    throw new IllegalStateException("enough");
                                })))
                .hasMessage("enough");
        reader.content((position, piece) -> {
            throw new IllegalStateException("again");
        });
        TarEntry next = reader.next();
        assertThat(next).isNotNull();
        assertThat(next.name()).isEqualTo("b");
    }
}
