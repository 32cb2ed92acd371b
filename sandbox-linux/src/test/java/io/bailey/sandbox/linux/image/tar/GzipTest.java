package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.image.tar.Layers.bytes;
import static io.bailey.sandbox.linux.image.tar.Layers.gzip;
import static io.bailey.sandbox.linux.image.tar.Layers.inflated;
import static io.bailey.sandbox.linux.image.tar.Layers.join;
import static io.bailey.sandbox.linux.image.tar.Layers.refusal;
import static io.bailey.sandbox.linux.image.tar.Layers.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;

/** The framing of gzip, RFC 1952, and what a lenient reader overlooks. */
class GzipTest {
    private static final int HEADER = 10;
    private static final int TRAILER = 8;
    private static final byte[] SAMPLE = sample(3000);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 262_143, 262_144, 262_145, 3_000_000})
    void inflates(int size) {
        assertThat(inflated(gzip(sample(size)))).isEqualTo(sample(size));
    }

    @Test
    void joinsMembers() {
        byte[] blob = join(gzip(bytes("one")), gzip(new byte[0]), gzip(SAMPLE), gzip(bytes("3")));
        assertThat(inflated(blob)).isEqualTo(join(bytes("one"), SAMPLE, bytes("3")));
    }

    /** Members that begin and end wherever a buffer does. */
    @Test
    void joinsManyMembers() {
        ByteArrayOutputStream blob = new ByteArrayOutputStream();
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        for (int i = 0; i < 2000; i++) {
            byte[] part = sample(i % 700);
            archive.writeBytes(part);
            blob.writeBytes(gzip(part));
        }
        assertThat(inflated(blob.toByteArray())).isEqualTo(archive.toByteArray());
    }

    private static byte[] withHeader(int flags, byte[] fields) {
        byte[] blob = gzip(SAMPLE);
        byte[] header = Arrays.copyOf(blob, HEADER);
        header[3] = (byte) flags;
        return join(header, fields, Arrays.copyOfRange(blob, HEADER, blob.length));
    }

    /** FEXTRA, FNAME, FCOMMENT, and FTEXT that means nothing. */
    @Test
    void readsHeadersWithEveryField() {
        byte[] fields = join(new byte[] {3, 0, 1, 2, 3}, bytes("name\0"), bytes("comment\0"));
        assertThat(inflated(withHeader(1 | 4 | 8 | 16, fields))).isEqualTo(SAMPLE);
    }

    @Test
    void checksTheHeadersChecksum() {
        byte[] header = Arrays.copyOf(gzip(SAMPLE), HEADER);
        header[3] = 2 | 8;
        CRC32 crc = new CRC32();
        crc.update(join(header, bytes("n\0")));
        byte low = (byte) crc.getValue();
        byte high = (byte) (crc.getValue() >> 8);
        byte[] right = join(bytes("n\0"), new byte[] {low, high});
        byte[] wrong = join(bytes("n\0"), new byte[] {low, (byte) (high + 1)});
        assertThat(inflated(withHeader(2 | 8, right))).isEqualTo(SAMPLE);
        assertThat(refusal(withHeader(2 | 8, wrong))).hasMessageContaining("header");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x20, 0x40, 0x80})
    void refusesFlagsThatAreNotKnown(int flag) {
        assertThat(refusal(withHeader(flag, new byte[0]))).hasMessageContaining("flag");
    }

    @Test
    void refusesAnotherMethod() {
        byte[] blob = gzip(SAMPLE);
        blob[2] = 7;
        assertThat(refusal(blob)).hasMessageContaining("method");
    }

    @Test
    void refusesANameWithoutEnd() {
        byte[] name = new byte[(1 << 20) + 1];
        Arrays.fill(name, (byte) 'n');
        assertThat(refusal(withHeader(8, name))).hasMessageContaining("larger than 1048576");
    }

    /** A zero too: zero bytes at the end, as of a tape, are overlooked by gzip and not by Go. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "\0", "\0\0\0\0\0\0\0\0", "\u001f", "\u001f\u008b", "garbage"})
    void refusesWhatFollows(String garbage) {
        assertThat(refusal(join(gzip(SAMPLE), bytes(garbage))).kind())
                .isEqualTo(Kind.MALFORMED_LAYER);
    }

    /** Another file, whole, behind the layer: the JDK's reader shows neither it nor an error. */
    @Test
    void refusesAnArchiveThatFollows() {
        assertThat(refusal(join(gzip(SAMPLE), new byte[2048])))
                .hasMessageContaining("followed by something else");
    }

    @Test
    void refusesAMissingTrailer() {
        byte[] blob = gzip(SAMPLE);
        assertThat(refusal(Arrays.copyOf(blob, blob.length - TRAILER)).kind())
                .isEqualTo(Kind.MALFORMED_LAYER);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void refusesAWrongTrailer(int fromEnd) {
        byte[] blob = gzip(SAMPLE);
        blob[blob.length - fromEnd] ^= 1;
        assertThat(refusal(blob))
                .hasMessageContaining(fromEnd > 4 ? "checksum is wrong" : "size is wrong");
    }

    @Test
    void refusesWhatIsCutOffAnywhere() {
        byte[] blob = join(gzip(bytes("first")), gzip(sample(40)));
        int first = gzip(bytes("first")).length;
        for (int length = 2; length < blob.length; length++) {
            byte[] cut = Arrays.copyOf(blob, length);
            if (length == first) {
                assertThat(inflated(cut)).isEqualTo(bytes("first"));
            } else {
                assertThat(refusal(cut)).as("cut at %s", length).isNotNull();
                assertThat(refusal(cut).kind()).isEqualTo(Kind.MALFORMED_LAYER);
            }
        }
    }

    /** Whichever bit is turned: there is a checksum over all that matters. */
    @Test
    void neverGivesOtherBytes() {
        byte[] blob = gzip(sample(60));
        for (int bit = 16; bit < blob.length * 8; bit++) {
            byte[] turned = blob.clone();
            turned[bit / 8] ^= (byte) (1 << bit % 8);
            byte[] given = null;
            try {
                given = inflated(turned);
            } catch (ImageException refused) {
                assertThat(refused.kind()).isEqualTo(Kind.MALFORMED_LAYER);
            }
            assertThat(given == null || Arrays.equals(given, sample(60)))
                    .as("bit %s", bit)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                Tools.GZIP + " -1",
                Tools.GZIP + " -9",
                Tools.PIGZ + " -6 -b 128",
                Tools.PIGZ + " -11 -I 1"
            })
    void inflatesWhatProgramsMake(String command, @TempDir Path home) throws Exception {
        Powers.requireProgram(command.substring(0, command.indexOf(' ')));
        byte[] archive = sample(600_000);
        assertThat(inflated(Tools.filter(home, archive, command + " -c"))).isEqualTo(archive);
    }
}
