package io.bailey.sandbox.image;

import static io.bailey.sandbox.image.Refusals.refused;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The order of variants is that of containerd's {@code compare_test.go}. */
class PlatformTest {

    @ParameterizedTest
    @CsvSource({
        // wanted, offered, distance
        "linux/amd64,      linux/amd64,      0",
        "linux/amd64,      linux/amd64/v1,   0",
        "linux/amd64/v1,   linux/amd64,      0",
        "linux/amd64,      linux/x86_64,     0",
        "linux/x86_64,     linux/amd64,      0",
        "linux/amd64,      linux/amd64/v2,  -1",
        "linux/amd64/v3,   linux/amd64/v3,   0",
        "linux/amd64/v3,   linux/amd64/v2,   1",
        "linux/amd64/v3,   linux/amd64,      2",
        "linux/amd64/v3,   linux/amd64/v4,  -1",
        "linux/amd64/x,    linux/amd64/x,    0",
        "linux/amd64/x,    linux/amd64,     -1",
        "linux/amd64,      linux/386,       -1",
        "linux/amd64,      windows/amd64,   -1",
        "linux/amd64,      unknown/unknown, -1",
        "linux/arm64,      linux/arm64,      0",
        "linux/arm64,      linux/arm64/v8,   0",
        "linux/arm64/v8,   linux/arm64,      0",
        "linux/arm64,      linux/arm64/8,    0",
        "linux/arm64,      linux/aarch64,    0",
        "linux/arm64,      linux/arm64/v9,  -1",
        "linux/arm64,      linux/arm64/v8.1, -1",
        "linux/arm64,      linux/arm/v7,    -1",
        "linux/arm64/v8.2, linux/arm64/v8.2, 0",
        "linux/arm64/v8.2, linux/arm64/v8.1, 1",
        "linux/arm64/v8.2, linux/arm64/v8,   2",
        "linux/arm64/v9,   linux/arm64/v9,   0",
        "linux/arm64/v9,   linux/arm64/v8.5, 1",
        "linux/arm64/v9,   linux/arm64,      6",
        "linux/arm64/v9,   linux/arm64/v8.6, -1",
        "linux/arm64/v9.1, linux/arm64/v9,   1",
        "linux/arm64/v9.1, linux/arm64/v8.6, 2",
        "linux/arm/v8,     linux/arm/v7,     1",
        "linux/arm/v7,     linux/arm,        0",
        "linux/arm,        linux/arm/v7,     0",
        "linux/arm,        linux/arm/7,      0",
        "linux/arm,        linux/arm/v6,     1",
        "linux/arm/v7,     linux/arm/v5,     2",
        "linux/arm/v6,     linux/arm/v5,     1",
        "linux/arm/v6,     linux/arm,       -1",
        "linux/arm/v5,     linux/arm/v6,    -1",
        "linux/riscv64,    linux/riscv64,    0",
        "linux/s390x,      linux/s390x/z13, -1"
    })
    void knowsWhatRunsWhat(String wanted, String offered, int distance) {
        assertThat(Platform.parse(wanted).distance(Platform.parse(offered))).isEqualTo(distance);
    }

    @Test
    void readsAndWrites() {
        assertThat(Platform.parse("linux/arm/v7")).isEqualTo(new Platform("linux", "arm", "v7"));
        assertThat(Platform.parse("linux/arm/v7")).hasToString("linux/arm/v7");
        assertThat(Platform.parse("linux/amd64")).hasToString("linux/amd64");
        assertThat(Platform.current().os()).isEqualTo("linux");
        assertThat(Platform.current().distance(Platform.current())).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "linux",
                "/",
                "linux/",
                "/amd64",
                "linux/amd64/",
                "linux/amd64/v1/x",
                "a b/c",
                "../x",
                "x/..",
                "linux/./x",
                "linux/-x",
                "lin\0ux/x",
                "l/é"
            })
    void refuses(String text) {
        refused(() -> Platform.parse(text), "platform");
    }

    @Test
    void refusesLongWords() {
        assertThat(Platform.parse("a".repeat(64) + "/b").os()).hasSize(64);
        refused(() -> Platform.parse("a".repeat(65) + "/b"), "platform");
    }

    @Test
    void anIndexGivesTheBest() {
        assertThat(chosen("linux/arm/v7", "linux/arm/v5", "linux/arm/v6", "linux/arm/v8"))
                .contains(1);
        assertThat(chosen("linux/arm64", "linux/arm64/v8", "linux/arm64")).contains(0);
        assertThat(chosen("linux/amd64", "windows/amd64", "linux/386")).isEmpty();
        assertThat(chosen("linux/amd64")).isEmpty();
        assertThat(chosen("linux/amd64", "unknown/unknown", "linux/amd64")).contains(1);
    }

    @Test
    void anAttestationNeverFits() {
        assertThat(chosen("unknown/unknown", "unknown/unknown")).isEmpty();
        Descriptor bare = new Descriptor(MediaTypes.OCI_MANIFEST, Digest.sha256(new byte[0]), 0);
        assertThat(
                        new ImageIndex(MediaTypes.OCI_INDEX, List.of(bare), Map.of())
                                .choose(Platform.parse("linux/amd64")))
                .isEmpty();
    }

    /** The sizes say which one it was. */
    private static Optional<Integer> chosen(String wanted, String... offered) {
        List<Descriptor> manifests = new ArrayList<>();
        for (String platform : offered) {
            manifests.add(
                    new Descriptor(
                            MediaTypes.OCI_MANIFEST,
                            Digest.sha256(new byte[0]),
                            manifests.size(),
                            Optional.of(Platform.parse(platform)),
                            Map.of(),
                            List.of()));
        }
        return new ImageIndex(MediaTypes.OCI_INDEX, manifests, Map.of())
                .choose(Platform.parse(wanted))
                .map(descriptor -> (int) descriptor.size());
    }
}
