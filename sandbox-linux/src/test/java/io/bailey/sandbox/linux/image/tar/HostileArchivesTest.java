package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.image.tar.Archives.TIGHT;
import static io.bailey.sandbox.linux.image.tar.Archives.entries;
import static io.bailey.sandbox.linux.image.tar.Archives.only;
import static io.bailey.sandbox.linux.testing.TarMaker.header;
import static io.bailey.sandbox.linux.testing.TarMaker.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.testing.TarMaker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What no layer may be. */
class HostileArchivesTest {

    private static ImageException refusal(byte[] archive) {
        ImageException refusal =
                catchThrowableOfType(ImageException.class, () -> entries(archive, TIGHT));
        assertThat(refusal).as("refused").isNotNull();
        return refusal;
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                arguments("wrong checksum", new TarMaker().add(header("f").wrongChecksum())),
                arguments(
                        "checksum is not a number",
                        new TarMaker().raw("x".repeat(512).getBytes(ISO_8859_1))),
                arguments("type \"s\"", new TarMaker().add(header("f").type('s'))),
                arguments("type \"D\"", new TarMaker().add(header("f").gnu().type('D'))),
                arguments("type \"V\"", new TarMaker().add(header("f").gnu().type('V'))),
                arguments("type \"M\"", new TarMaker().add(header("f").gnu().type('M'))),
                arguments("type \"X\"", new TarMaker().add(header("f").type('X'))),
                arguments("type \"8\"", new TarMaker().add(header("f").type('8'))),
                arguments(
                        "size -5 is negative",
                        new TarMaker().add(header("f").base256(124, 12, -5))),
                arguments("uid -1", new TarMaker().add(header("f").base256(108, 8, -1))),
                arguments("uid 4294967295", new TarMaker().add(header("f").uid(0xFFFF_FFFFL))),
                arguments("gid 4294967295", new TarMaker().pax("gid", "4294967295").file("f", "")),
                arguments(
                        "uid is not a number", new TarMaker().add(header("f").text(108, 8, "12x"))),
                arguments(
                        "uid is not a number", new TarMaker().add(header("f").text(108, 8, "1 2"))),
                arguments(
                        "mode is not a number",
                        new TarMaker().add(header("f").text(100, 8, "888"))),
                arguments(
                        "mtime is too large",
                        new TarMaker()
                                .add(
                                        header("f")
                                                .put(
                                                        136,
                                                        new byte[] {
                                                            (byte) 0x80,
                                                            1,
                                                            0,
                                                            0,
                                                            0,
                                                            0,
                                                            0,
                                                            0,
                                                            0,
                                                            0,
                                                            0,
                                                            0
                                                        }))),
                arguments("name is empty", new TarMaker().file("", "")),
                arguments("name is empty", new TarMaker().longName("").file("f", "")),
                arguments("target is empty", new TarMaker().symlink("s", "")),
                arguments("target is empty", new TarMaker().hardLink("h", "")),
                arguments(
                        "more than 255 bytes",
                        new TarMaker().longName("a/" + "n".repeat(256) + "/b").file("f", "")),
                arguments(
                        "more than 255 bytes",
                        new TarMaker().longLink("n".repeat(256)).hardLink("h", "f")),
                arguments(
                        "more than 4095 bytes",
                        new TarMaker().longName("./".repeat(2047) + "ab").file("f", "")),
                arguments(
                        "more than 4095 bytes",
                        new TarMaker().longLink("x".repeat(4096)).symlink("s", "t")),
                arguments(
                        "dialect that has none",
                        new TarMaker().add(header("d").type('3').device(1, 3).v7())),
                arguments(
                        "device number 4096",
                        new TarMaker().add(header("d").type('3').device(4096, 3))),
                arguments(
                        "device number 1048576",
                        new TarMaker().add(header("d").type('4').device(1, 1048576))),
                arguments(
                        "device number -1",
                        new TarMaker().add(header("d").type('4').device(-1, 1))),
                arguments("is no file", new TarMaker().file("d/", "x")),
                arguments(
                        "two long names",
                        new TarMaker().longName("a").pax("path", "b").file("f", "")),
                arguments(
                        "two long names",
                        new TarMaker().pax("linkpath", "b").longLink("a").symlink("f", "c")),
                arguments("followed by no entry", new TarMaker().pax("path", "x")),
                arguments("followed by no entry", new TarMaker().longName("x")),
                arguments(
                        "lone zero block", new TarMaker().raw(new byte[512]).file("smuggled", "")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void refuses(String why, TarMaker maker) {
        ImageException refusal = refusal(maker.finish());
        assertThat(refusal.kind()).isEqualTo(Kind.MALFORMED_LAYER);
        assertThat(refusal).hasMessageContaining(why);
        assertThat(refusal.subject()).startsWith("entry 1");
    }

    /** Each skipped by some reader, which then shows another file than the rest. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "6 a=b",
                "7 a=b\n",
                "5 a=b\n",
                "06\n",
                " 6 a=b\n",
                "+6 a=b\n",
                "-6 a=b\n",
                "6  a=b\n",
                "4 a\n",
                "5 =b\n",
                "6 a=bX",
                "6 a=b\n\0\0",
                "6 a=b\n6 a=b",
                "99999999999999999999 a=b\n",
                "999999999 a=b\n",
                "0 a=b\n",
            })
    void refusesMalformedPax(String body) {
        byte[] archive = new TarMaker().paxBody(body.getBytes(ISO_8859_1)).file("f", "").finish();
        assertThat(refusal(archive).kind()).isEqualTo(Kind.MALFORMED_LAYER);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "a\0b|c",
                "path|a\0b",
                "linkpath|a\0b",
                "uname|\0",
                "GNU.sparse.name|\0",
                "size|x",
                "size|-1",
                "size|+1",
                "size|1 ",
                "size|9223372036854775808",
                "uid|-1",
                "uid|4294967295",
                "gid|1.0",
                "mtime|1e3",
                "mtime|--1",
                "mtime|-",
                "mtime|.",
                "mtime|.5",
                "mtime|1.x",
                "mtime|1.-1",
                "mtime|1.000000000x",
                "mtime|9223372036854775808",
                "SCHILY.xattr.|x",
                "LIBARCHIVE.xattr.a|%%%",
                "LIBARCHIVE.xattr.a%4|aa",
                "LIBARCHIVE.xattr.a%zz|aa",
                "LIBARCHIVE.xattr.a%00|aa",
                "hdrcharset|ISO-8859-1",
            },
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false)
    void refusesImpossiblePax(String keyword, String value) {
        byte[] archive = new TarMaker().pax(keyword, value).file("f", "").finish();
        assertThat(refusal(archive).kind()).isEqualTo(Kind.MALFORMED_LAYER);
    }

    /** Go's reader, and so Docker and Podman, overlooks what GNU tar obeys. */
    @ParameterizedTest
    @ValueSource(strings = {"path", "linkpath", "size", "GNU.sparse.name", "GNU.sparse.map"})
    void refusesGlobalHeadersOfWhatIsOneEntrys(String keyword) {
        assertThat(refusal(new TarMaker().global(keyword, "1").file("f", "").finish()))
                .hasMessageContaining("global");
    }

    /**
     * CVE-2025-62518 ("TARmageddon") and CVE-2026-53655: a size in PAX was used for the headers
     * between it and its entry, or not used for the entry, and so a reader fell into the content.
     */
    @Test
    void aSizeIsItsEntrysAlone() {
        byte[] inner = new TarMaker().file("smuggled", "evil").bytes();
        byte[] archive =
                new TarMaker()
                        .pax("size", Integer.toString(inner.length))
                        .longName("carrier")
                        .global("comment", "c")
                        .longLink("unused")
                        .add(header("short").size(0))
                        .body(inner)
                        .file("after", "")
                        .finish();
        assertThat(entries(archive)).extracting(TarEntry::name).containsExactly("carrier", "after");
        assertThat(entries(archive))
                .extracting(TarEntry::size)
                .containsExactly((long) inner.length, 0L);
    }

    /** And of the next extended header of its own kind. */
    @Test
    void aSizeIsNotThatOfALaterExtendedHeader() {
        byte[] archive =
                new TarMaker().pax("size", "0").pax("path", "second").file("f", "content").finish();
        assertThat(only(archive).name()).isEqualTo("second");
        assertThat(only(archive).size()).isEqualTo(7);
    }

    @Test
    void namesTheEntryAndShowsItsName() {
        byte[] archive =
                new TarMaker()
                        .file("good", "x")
                        .add(header("b\u001b[31m\"\u00c3\u00a9").type('s'))
                        .finish();
        assertThat(refusal(archive).subject()).isEqualTo("entry 2 \"b\\u{1b}[31m\\u{22}\u00e9\"");
    }

    /** What it said once it says again: there is nothing behind it that could be trusted. */
    @Test
    void staysBroken() {
        byte[] archive = new TarMaker().add(header("s").type('s')).file("good", "").finish();
        TarReader reader = new TarReader(Archives.pieces(archive, 512), TIGHT);
        ImageException first = catchThrowableOfType(ImageException.class, reader::next);
        assertThat(catchThrowableOfType(ImageException.class, reader::next)).isSameAs(first);
    }

    static Stream<Arguments> excessive() {
        TarMaker many = new TarMaker();
        for (int i = 0; i < 101; i++) {
            many.file("f", "");
        }
        TarMaker headers = new TarMaker();
        for (int i = 0; i < 130; i++) {
            headers.pax("comment", "c");
        }
        TarMaker globals = new TarMaker();
        for (int i = 0; i < 3; i++) {
            globals.global("comment" + i, "c".repeat(30_000)).file("f", "");
        }
        return Stream.of(
                arguments("entries", many),
                arguments("header", headers.file("f", "")),
                arguments("header", globals),
                arguments("header", new TarMaker().pax("c", "x".repeat(66_000)).file("f", "")),
                arguments("header", new TarMaker().add(header("x").type('x').size(077777777777L))),
                arguments(
                        "header",
                        new TarMaker().add(header("x").type('L').base256(124, 12, 1L << 62))),
                arguments("depth", new TarMaker().longName("d/".repeat(17) + "f").file("f", "")),
                arguments("layerSize", new TarMaker().add(header("f").size(8 << 20))),
                arguments(
                        "layerSize",
                        new TarMaker().pax("size", "9223372036854775807").file("f", "")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("excessive")
    void refusesWhatIsTooMuch(String limit, TarMaker maker) {
        ImageException refusal = refusal(maker.finish());
        assertThat(refusal.kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        assertThat(refusal.fix()).contains("ImageLimits." + limit + " ");
    }

    @Test
    void takesWhatIsJustNotTooMuch() {
        byte[] archive =
                new TarMaker()
                        .longName("./" + "d/".repeat(16) + "f")
                        .file("f", "")
                        .longName("n".repeat(255))
                        .file("f", "")
                        .longLink("x".repeat(4095))
                        .symlink("s", "t")
                        .finish();
        assertThat(entries(archive, TIGHT)).hasSize(3);
    }

    @Test
    void needsNoEnd() {
        assertThat(entries(new TarMaker().file("f", "x").bytes())).hasSize(1);
        assertThat(entries(new TarMaker().file("f", "x").raw(new byte[512]).bytes())).hasSize(1);
        assertThat(entries(new byte[0])).isEmpty();
    }

    /** As Go's reader: nothing of the file is missing. */
    @Test
    void needsNoPaddingAtTheEnd() {
        byte[] archive = Arrays.copyOf(new TarMaker().file("f", "xyz").bytes(), 512 + 3);
        assertThat(entries(archive)).hasSize(1);
    }

    @Test
    void takesAllBehindTheEnd() {
        byte[] archive =
                new TarMaker()
                        .file("f", "x")
                        .raw(new byte[1024])
                        .file("ignored", "y")
                        .raw(new byte[77])
                        .bytes();
        ByteSource source = Archives.pieces(archive, 100);
        assertThat(entries(new TarReader(source, TIGHT))).hasSize(1);
        assertThat(source.next()).isNull();
    }

    /** Wherever it is cut off, but between entries. */
    @Test
    void refusesWhatIsCutOff() {
        byte[] archive =
                new TarMaker()
                        .pax("mtime", "1")
                        .file("a", "1234")
                        .longName("b")
                        .file("f", new byte[600])
                        .bytes();
        // Before, behind a's content and its padding, behind b's content.
        List<Integer> fine = List.of(0, 1540, 2048, 3584 + 600, archive.length);
        for (int length = 0; length < archive.length; length++) {
            byte[] cut = Arrays.copyOf(archive, length);
            ImageException refusal = catchThrowableOfType(ImageException.class, () -> entries(cut));
            if (fine.contains(length)) {
                assertThat(refusal).as("cut at %s", length).isNull();
            } else {
                assertThat(refusal).as("cut at %s", length).isNotNull();
                assertThat(refusal.kind()).isEqualTo(Kind.MALFORMED_LAYER);
            }
        }
    }

    @Test
    void saysWhoseContentIsCutOff() {
        byte[] archive = Arrays.copyOf(new TarMaker().file("f", new byte[600]).bytes(), 700);
        TarReader reader = new TarReader(Archives.pieces(archive, 64), TIGHT);
        reader.next();
        ImageException cut =
                catchThrowableOfType(
                        ImageException.class, () -> reader.content((position, piece) -> {}));
        assertThat(cut.subject()).isEqualTo("entry 1 \"f\"");
        assertThat(refusal(archive).subject()).isEqualTo("entry 1 \"f\"");
    }

    /** A record's length counts its own digits. */
    @Test
    void theMakerOfTheseTestsCountsAsPaxDoes() {
        assertThat(records("path", "x".repeat(91))).startsWith("101 ").hasSize(101);
        assertThat(records("a", "b")).isEqualTo("6 a=b\n");
    }
}
