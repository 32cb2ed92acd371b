package io.bailey.sandbox.linux.image.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.Archives.Read;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The archives with which Go's reader is tested, and what its {@code reader_test.go} expects of
 * them. Debian has them in golang-1.19-src; {@code bailey.go.testdata} says where else they are.
 */
class GoCorpusTest {
    private static final String DEBIAN = "/usr/share/go-1.19/src/archive/tar/testdata";
    private static final String HOME = System.getProperty("bailey.go.testdata", DEBIAN);

    private static byte[] archive(String name) throws IOException {
        return Files.readAllBytes(Path.of(HOME, name + ".tar"));
    }

    private static String md5(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
    }

    @ParameterizedTest
    @CsvSource({
        "gnu, 1, small.txt, 0640, 73025, 5000, 5, 1244428340, 0, e38b27eaccb4391bdec553a7f3ae6b2f",
        "gnu, 2, small2.txt, 0640, 73025, 5000, 11, 1244436044, 0, c65bd2e50a56a2138bf1716f2fd56fe9",
        "sparse-formats, 1, sparse-gnu, 0644, 1000, 1000, 200, 1392395740, 0,"
                + " 6f53234398c2449fe67c1812d993012f",
        "sparse-formats, 2, sparse-posix-0.0, 0644, 1000, 1000, 200, 1392342187, 0,"
                + " 6f53234398c2449fe67c1812d993012f",
        "sparse-formats, 3, sparse-posix-0.1, 0644, 1000, 1000, 200, 1392340456, 0,"
                + " 6f53234398c2449fe67c1812d993012f",
        "sparse-formats, 4, sparse-posix-1.0, 0644, 1000, 1000, 200, 1392337404, 0,"
                + " 6f53234398c2449fe67c1812d993012f",
        "sparse-formats, 5, end, 0644, 1000, 1000, 4, 1392398319, 0,"
                + " b0061974914468de549a2af8ced10316",
        "star, 1, small.txt, 0640, 73025, 5000, 5, 1244592783, 0,",
        "star, 2, small2.txt, 0640, 73025, 5000, 11, 1244592783, 0,",
        "v7, 1, small.txt, 0444, 73025, 5000, 5, 1244593104, 0,",
        "v7, 2, small2.txt, 0444, 73025, 5000, 11, 1244593104, 0,",
        "pax-pos-size-file, 1, foo, 0640, 319973, 5000, 999, 1442282516, 0,"
                + " 0afb597b283fe61b5d4879669a350556",
        "pax-records, 1, file, 0, 0, 0, 0, 0, 0,",
        "nil-uid, 1, P1050238.JPG.log, 0664, 0, 0, 14, 1365454838, 0,",
        "xattrs, 1, small.txt, 0644, 1000, 10, 5, 1386065770, 448252320,",
        "xattrs, 2, small2.txt, 0644, 1000, 10, 11, 1386065770, 449252304,",
        "gnu-long-nul, 1, 0123456789, 0644, 1000, 1000, 0, 1486082191, 0,",
        "ustar-file-devs, 1, file, 0644, 0, 0, 0, 0, 0,",
        "gnu-nil-sparse-data, 1, sparse.db, 0, 0, 0, 1000, 0, 0,",
        "gnu-nil-sparse-hole, 1, sparse.db, 0, 0, 0, 1000, 0, 0,",
        "pax-nil-sparse-data, 1, sparse.db, 0, 0, 0, 1000, 0, 0,",
        "pax-nil-sparse-hole, 1, sparse.db, 0, 0, 0, 1000, 0, 0,",
        "ustar-file-reg, 1, foo, 0640, 319973, 5000, 684, 1442282516, 0,",
    })
    void readsFiles(
            String archive,
            int number,
            String name,
            String mode,
            long uid,
            long gid,
            long size,
            long seconds,
            int nanos,
            String md5)
            throws Exception {
        Powers.requireProgram(HOME);
        Map<String, Read> all = Archives.read(archive(archive));
        Read read = List.copyOf(all.values()).get(number - 1);
        TarEntry entry = read.entry();
        assertThat(entry.type()).isEqualTo(TarEntry.Type.FILE);
        assertThat(entry.name()).isEqualTo(name);
        assertThat(entry.mode()).isEqualTo(Integer.parseInt(mode, 8));
        assertThat(entry.uid()).isEqualTo(uid);
        assertThat(entry.gid()).isEqualTo(gid);
        assertThat(entry.size()).isEqualTo(size);
        assertThat(entry.seconds()).isEqualTo(seconds);
        assertThat(entry.nanos()).isEqualTo(nanos);
        assertThat(md5 == null ? null : md5(read.file())).isEqualTo(md5);
    }

    @Test
    void readsLongPaxNames() throws IOException {
        Powers.requireProgram(HOME);
        String name = "a/" + digits();
        List<TarEntry> entries = Archives.entries(archive("pax"));
        assertThat(entries).extracting(TarEntry::name).containsExactly(name, "a/b");
        assertThat(entries.getFirst().nanos()).isEqualTo(23960108);
        assertThat(entries.getLast().type()).isEqualTo(TarEntry.Type.SYMBOLIC_LINK);
        assertThat(entries.getLast().link()).isEqualTo(digits());
        assertThat(entries.getLast().seconds()).isEqualTo(1350266320);
    }

    private static String digits() {
        StringBuilder digits = new StringBuilder();
        for (int i = 1; i <= 100; i++) {
            digits.append(i);
        }
        return digits.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "gnu-multi-hdrs, GNU2/GNU2/long-path-name, GNU4/GNU4/long-linkpath-name",
        "pax-multi-hdrs, bar, PAX4/PAX4/long-linkpath-name",
    })
    void theLastExtendedHeaderHolds(String archive, String name, String link) throws IOException {
        Powers.requireProgram(HOME);
        TarEntry entry = Archives.only(archive(archive));
        assertThat(entry.type()).isEqualTo(TarEntry.Type.SYMBOLIC_LINK);
        assertThat(entry.name()).isEqualTo(name);
        assertThat(entry.link()).isEqualTo(link);
    }

    @Test
    void readsNamesThatAreNotAscii() throws IOException {
        Powers.requireProgram(HOME);
        assertThat(Archives.only(archive("gnu-utf8")).name())
                .isEqualTo(RawNames.of("☺☻☹".repeat(18)));
        assertThat(Archives.only(archive("gnu-not-utf8")).name())
                .isEqualTo("hi\u0080\u0081\u0082\u0083bye");
    }

    @Test
    void readsExtendedAttributes() throws IOException {
        Powers.requireProgram(HOME);
        TarEntry entry = Archives.entries(archive("xattrs")).getFirst();
        assertThat(entry.xattrs()).containsOnlyKeys("user.key", "user.key2", "security.selinux");
        assertThat(entry.xattrs().get("user.key2")).isEqualTo("value2".getBytes(ISO_8859_1));
        assertThat(new String(entry.xattrs().get("security.selinux"), ISO_8859_1))
                .isEqualTo("unconfined_u:object_r:default_t:s0\0");
    }

    @Test
    void readsWhatGoWroteBefore18() throws IOException {
        Powers.requireProgram(HOME);
        TarEntry entry = Archives.only(archive("invalid-go17"));
        assertThat(entry.name()).isEqualTo("a".repeat(97) + "/foo");
        assertThat(entry.uid()).isEqualTo(010000000);
    }

    @Test
    void readsEveryType() throws IOException {
        Powers.requireProgram(HOME);
        List<TarEntry> entries = Archives.entries(archive("hdr-only"));
        assertThat(entries).hasSize(16);
        assertThat(entries.subList(0, 8))
                .extracting(TarEntry::type)
                .containsExactly(
                        TarEntry.Type.DIRECTORY,
                        TarEntry.Type.FIFO,
                        TarEntry.Type.FILE,
                        TarEntry.Type.HARD_LINK,
                        TarEntry.Type.CHARACTER_DEVICE,
                        TarEntry.Type.BLOCK_DEVICE,
                        TarEntry.Type.SYMBOLIC_LINK,
                        TarEntry.Type.SYMBOLIC_LINK);
    }

    @Test
    void takesATrailingSlash() throws IOException {
        Powers.requireProgram(HOME);
        TarEntry entry = Archives.only(archive("trailing-slash"));
        assertThat(entry.type()).isEqualTo(TarEntry.Type.DIRECTORY);
        assertThat(entry.name()).isEqualTo("123456789/".repeat(30));
    }

    /** 60 GB, of which 3 KiB are stored. */
    @ParameterizedTest
    @ValueSource(strings = {"gnu-sparse-big", "pax-sparse-big"})
    void readsLargeSparseFiles(String archive) throws IOException {
        Powers.requireProgram(HOME);
        TarEntry entry = Archives.only(archive(archive));
        assertThat(entry.size()).isEqualTo(60_000_000_000L);
        assertThat(entry.extents()).hasSize(6).allMatch(extent -> extent.length() == 512);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pax-bad-hdr-file",
                "pax-bad-mtime-file",
                "pax-nul-xattrs",
                "pax-nul-path",
                "neg-size",
                "issue10968",
                "issue11169",
                "issue12435",
            })
    void refusesWhatGoRefuses(String archive) throws IOException {
        Powers.requireProgram(HOME);
        byte[] bytes = archive(archive);
        assertThat(catchThrowableOfType(ImageException.class, () -> Archives.entries(bytes)).kind())
                .isEqualTo(Kind.MALFORMED_LAYER);
    }

    /**
     * Go hands the first two on as they are; its third has no entry; of the last two the content
     * was left out, for Go's writer is tested with them.
     */
    @ParameterizedTest
    @CsvSource({
        "gnu-incremental, type \"D\"",
        "pax-global-records, a path for all",
        "pax-path-hdr, followed by no entry",
        "writer-big, ends in the middle",
        "writer-big-long, ends in the middle",
    })
    void refusesMoreThanGo(String archive, String why) throws IOException {
        Powers.requireProgram(HOME);
        byte[] bytes = archive(archive);
        assertThat(catchThrowableOfType(ImageException.class, () -> Archives.entries(bytes)))
                .hasMessageContaining(why);
    }

    /** The same from a file, whose content is not read. */
    @ParameterizedTest
    @ValueSource(
            strings = {"gnu", "sparse-formats", "pax", "hdr-only", "xattrs", "ustar", "writer"})
    void scansTheSame(String archive) throws IOException {
        Powers.requireProgram(HOME);
        try (FileChannel file = FileChannel.open(Path.of(HOME, archive + ".tar"))) {
            TarScanner scanner = new TarScanner(file, ImageLimits.standard());
            assertThat(Archives.entries(scanner))
                    .usingRecursiveComparison()
                    .isEqualTo(Archives.entries(archive(archive)));
        }
    }
}
