package io.bailey.sandbox.linux.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

class TarWriterTest {

    private static final String LONG = "d/".repeat(60) + "long";

    @TempDir private Path scratch;

    @Test
    void isPlainUstarWhereThatWillDo() {
        byte[] tar = new TarBytes().file("a", "hello".getBytes(US_ASCII)).bytes();
        assertThat(tar).hasSize(4 * 512);
        assertThat(new String(tar, 257, 8, US_ASCII)).isEqualTo("ustar\0" + "00");
        assertThat(new String(tar, 512, 6, US_ASCII)).isEqualTo("hello\0");
        assertThat(tar[156]).isEqualTo((byte) '0');
    }

    @Test
    void isTheSameTwice() {
        assertThat(everything()).isEqualTo(everything());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 1",
        "100, 0, 1",
        "101, 0, 3",
        "101, 50, 1",
        "256, 155, 1",
        "257, 155, 3",
        "257, 156, 3",
        "300, 150, 3"
    })
    void cutsNamesWhereUstarCan(int length, int slash, int blocks) {
        String name =
                slash == 0
                        ? "n".repeat(length)
                        : "p".repeat(slash) + "/" + "n".repeat(length - slash - 1);
        byte[] tar = new TarBytes().file(name, new byte[0]).bytes();
        int header = tar.length / 512 - 2;
        assertThat(header >= blocks && (blocks > 1 || header == 1)).isTrue();
        assertThat(TarBytes.names(tar)).containsOnlyKeys(name);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, ''",
        "8589934591, 0, ''",
        "8589934592, 0, mtime=8589934592",
        "0, 1, mtime=0.000000001",
        "1700000000, 120000000, mtime=1700000000.12",
        "-1, 0, mtime=-1",
        "-1, 500000000, mtime=-0.5",
        "-6, 750000000, mtime=-5.25",
        "-9223372036854775808, 0, mtime=-9223372036854775808"
    })
    void writesTimes(long seconds, int nanos, String record) {
        byte[] tar = new TarBytes().add(entry("a", seconds, nanos, Map.of()), new byte[0]).bytes();
        String text = new String(tar, ISO_8859_1);
        assertThat(text.contains("mtime=")).isEqualTo(!record.isEmpty());
        assertThat(text).contains(record + (record.isEmpty() ? "" : "\n"));
    }

    @Test
    void aLengthCountsItself() {
        for (int length = 80; length < 120; length++) {
            String name = ("y".repeat(50) + "/").repeat(5) + "x".repeat(length);
            assertThat(TarBytes.names(new TarBytes().file(name, new byte[0]).bytes()))
                    .containsOnlyKeys(name);
        }
    }

    @Test
    void attributesAreSortedAndWhole() {
        byte[] value = {0, '\n', '=', (byte) 0xff};
        TarEntry entry = entry("a", 0, 0, Map.of("user.z", value, "user.a=%", new byte[0]));
        byte[] tar = new TarBytes().add(entry, new byte[0]).bytes();
        String text = new String(tar, ISO_8859_1);
        assertThat(text.indexOf("user.a%3D%25=")).isPositive().isLessThan(text.indexOf("user.z="));
        TarEntry read = TarBytes.read(tar).getFirst().getKey();
        assertThat(read.xattrs().keySet()).containsExactlyInAnyOrder("user.a=%", "user.z");
        assertThat(read.xattrs().get("user.z")).isEqualTo(value);
    }

    @Test
    void contentMustBeAsLongAsSaid() {
        TarWriter writer = new TarWriter(piece -> piece.position(piece.limit()));
        writer.entry(Entries.file("a", 0, 2));
        writer.content(ByteBuffer.allocate(1));
        assertThatIllegalStateException().isThrownBy(writer::finish).withMessageContaining("1");
        assertThatIllegalStateException().isThrownBy(() -> writer.content(ByteBuffer.allocate(2)));
        writer.content(ByteBuffer.allocate(1));
        writer.finish();
    }

    /** GNU tar reads it as it was meant, what ustar has no room for too. */
    @Test
    void gnuTarReadsIt() throws IOException, InterruptedException {
        Powers.requireProgram("/usr/bin/tar");
        Path tar = Files.write(scratch.resolve("x.tar"), everything());
        String listed =
                Tool.run(
                        scratch,
                        "tar",
                        "--full-time",
                        "--numeric-owner",
                        "--quoting-style=escape",
                        "-tvf",
                        tar.toString());
        assertThat(listed.replaceAll(" +", " "))
                .contains("drwxr-xr-x 0/0 0 1970-01-01 00:00:00 dir/")
                .contains("-rwsr-xr-t 4294967294/3000000 3 ")
                .contains(" " + LONG)
                .contains("l--------- 0/0 0 1970-01-01 00:00:00 link -> " + "t".repeat(150))
                .contains("h--------- 0/0 0 1970-01-01 00:00:00 hard link to dir/x")
                .contains("c--------- 0/0 5,1048575 ")
                .contains("b--------- 0/0 8,1 ")
                .contains("p--------- 0/0 0 ")
                .contains(" ä\\377\n");
        Tool.run(scratch, "tar", "--no-same-owner", "-xf", tar.toString(), LONG);
        assertThat(Files.getLastModifiedTime(scratch.resolve(LONG)).toInstant())
                .isEqualTo(Instant.ofEpochSecond(-6, 750_000_000));
    }

    private static byte[] everything() {
        byte[] content = {1, 2, 3};
        String raw = RawNames.of("ä") + "\u00ff";
        return new TarBytes()
                .directory("dir")
                .file("dir/x", content)
                .add(
                        new TarEntry(
                                1,
                                TarEntry.Type.FILE,
                                LONG,
                                "",
                                05755,
                                4_294_967_294L,
                                3_000_000,
                                -6,
                                750_000_000,
                                3,
                                0,
                                0,
                                0,
                                List.of(),
                                Map.of()),
                        content)
                .add(
                        special(TarEntry.Type.SYMBOLIC_LINK, "link", "t".repeat(150), 0, 0),
                        new byte[0])
                .add(special(TarEntry.Type.HARD_LINK, "hard", "dir/x", 0, 0), new byte[0])
                .add(special(TarEntry.Type.CHARACTER_DEVICE, "c", "", 5, 1_048_575), new byte[0])
                .add(special(TarEntry.Type.BLOCK_DEVICE, "b", "", 8, 1), new byte[0])
                .add(special(TarEntry.Type.FIFO, "p", "", 0, 0), new byte[0])
                .file(raw, content)
                .bytes();
    }

    private static TarEntry special(
            TarEntry.Type type, String name, String link, int major, int minor) {
        return new TarEntry(
                1, type, name, link, 0, 0, 0, 0, 0, 0, major, minor, 0, List.of(), Map.of());
    }

    private static TarEntry entry(
            String name, long seconds, int nanos, Map<String, byte[]> xattrs) {
        return new TarEntry(
                1,
                TarEntry.Type.FILE,
                name,
                "",
                0644,
                0,
                0,
                seconds,
                nanos,
                0,
                0,
                0,
                0,
                List.of(),
                xattrs);
    }
}
