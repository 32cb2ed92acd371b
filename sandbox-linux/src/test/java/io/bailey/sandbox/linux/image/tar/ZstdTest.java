package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.image.tar.Layers.inflated;
import static io.bailey.sandbox.linux.image.tar.Layers.join;
import static io.bailey.sandbox.linux.image.tar.Layers.refusal;
import static io.bailey.sandbox.linux.image.tar.Layers.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Zstandard frames, RFC 8878, as zstd(1) and containers-storage write them. */
class ZstdTest {
    private static final byte[] SAMPLE = sample(3000);

    /** "zstd:chunked" has two of these behind its data. */
    private static final byte[] SKIPPABLE =
            HexFormat.of().parseHex("502a4d1803000000ffffff5f2a4d1800000000");

    @TempDir Path home;

    private byte[] zstd(byte[] archive, String options) throws Exception {
        return Tools.filter(home, archive, Tools.ZSTD + " -q -c " + options);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-19", "--fast=5", "--no-check -3", "--check -3", "--long=23 -3"})
    void inflatesWhatZstdMakes(String options) throws Exception {
        Powers.requireProgram(Tools.ZSTD);
        byte[] archive = sample(300_000);
        assertThat(inflated(zstd(archive, options))).isEqualTo(archive);
    }

    @Test
    void inflatesAnEmptyFrame() throws Exception {
        Powers.requireProgram(Tools.ZSTD);
        assertThat(inflated(zstd(new byte[0], "-3"))).isEmpty();
    }

    @Test
    void joinsFramesAndLeavesOutSkippableOnes() throws Exception {
        Powers.requireProgram(Tools.ZSTD);
        byte[] frame = zstd(SAMPLE, "-3");
        byte[] empty = zstd(new byte[0], "-3");
        byte[] blob = join(SKIPPABLE, frame, SKIPPABLE, empty, frame, SKIPPABLE);
        assertThat(inflated(blob)).isEqualTo(join(SAMPLE, SAMPLE));
    }

    @Test
    void refusesAWrongChecksum() throws Exception {
        Powers.requireProgram(Tools.ZSTD);
        byte[] blob = zstd(SAMPLE, "--check -3");
        blob[blob.length - 1] ^= 1;
        assertThat(refusal(blob).kind()).isEqualTo(Kind.MALFORMED_LAYER);
    }

    @Test
    void refusesWhatIsCutOffAnywhere() throws Exception {
        Powers.requireProgram(Tools.ZSTD);
        byte[] frame = zstd(sample(40), "-3");
        byte[] blob = join(frame, SKIPPABLE, frame);
        List<Integer> fine = List.of(frame.length, frame.length + 11, frame.length + 19);
        for (int length = 4; length < blob.length; length++) {
            byte[] cut = Arrays.copyOf(blob, length);
            if (fine.contains(length)) {
                assertThat(inflated(cut)).isEqualTo(sample(40));
            } else {
                assertThat(refusal(cut)).as("cut at %s", length).isNotNull();
                assertThat(refusal(cut).kind()).isEqualTo(Kind.MALFORMED_LAYER);
            }
        }
    }

    /** The library overlooks up to three bytes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 100})
    void refusesWhatFollows(int bytes) throws Exception {
        Powers.requireProgram(Tools.ZSTD);
        assertThat(refusal(join(zstd(SAMPLE, "-3"), new byte[bytes])).kind())
                .isEqualTo(Kind.MALFORMED_LAYER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Windows of 9 MiB and of 3.75 TiB.
                "28b52ffd 00 69 010000",
                "28b52ffd 00 ff 010000",
                // All in one, of 4 GiB and of 2^63.
                "28b52ffd a0 00000000 010000",
                "28b52ffd e0 0000000000000080 010000",
            })
    void refusesToTakeSoMuchMemory(String hex) {
        byte[] blob = HexFormat.of().parseHex(hex.replace(" ", ""));
        blob = hex.contains(" a0 ") ? withSize(blob) : blob;
        assertThat(refusal(blob)).hasMessageContaining("needs a window of more");
    }

    private static byte[] withSize(byte[] blob) {
        Arrays.fill(blob, 5, 9, (byte) 0xff);
        return blob;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "28b52ffd 01 50 07 010000",
                "28b52ffd 08 50 010000",
                "28b52ffd 00 50 070000",
                "28b52ffd 00 50 ffffff",
                "28b52ffd 00 50 0d0000 ff",
                "502a4d18 00000000",
                "502a4d18 ffffffff 00",
            })
    void refusesWhatIsDamaged(String hex) {
        assertThat(refusal(HexFormat.of().parseHex(hex.replace(" ", ""))).kind())
                .isEqualTo(Kind.MALFORMED_LAYER);
    }

    /** What is refused, or given, whichever byte is another one: never anything else. */
    @Test
    void endsWhateverIsTurned() throws Exception {
        Powers.requireProgram(Tools.ZSTD);
        byte[] blob = zstd(sample(500), "--check -3");
        for (int bit = 32; bit < blob.length * 8; bit++) {
            byte[] turned = blob.clone();
            turned[bit / 8] ^= (byte) (1 << bit % 8);
            byte[] given = sample(500);
            try {
                given = inflated(turned);
            } catch (ImageException refused) {
                assertThat(refused.kind()).isIn(Kind.MALFORMED_LAYER, Kind.UNSUPPORTED_MEDIA_TYPE);
            }
            assertThat(given).as("bit %s", bit).isEqualTo(sample(500));
        }
    }

    /** The child's class path has the library's own needs alone. */
    @Test
    void saysWhatIsMissing() throws Exception {
        ChildJvm child = ChildJvm.run("", List.of(), Without.class);
        assertThat(child.lines())
                .containsExactly(
                        "UNSUPPORTED_MEDIA_TYPE read layer: it is compressed with zstd, which the"
                                + " JDK has not — add io.airlift:aircompressor-v3");
    }

    /** A program without the decoder. */
    public static final class Without {
        private Without() {}

        public static void main(String[] args) {
            try {
                inflated(HexFormat.of().parseHex("28b52ffd0050010000"));
            } catch (ImageException refusal) {
                System.out.println(refusal.kind() + " " + refusal.getMessage());
            }
        }
    }
}
