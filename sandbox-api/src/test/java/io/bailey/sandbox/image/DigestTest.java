package io.bailey.sandbox.image;

import static io.bailey.sandbox.image.Refusals.refused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bailey.sandbox.image.Digest.Algorithm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.security.MessageDigest;

/** The cases are those of {@code go-digest}. */
class DigestTest {
    private static final String EMPTY =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void reads() {
        Digest digest = Digest.parse("sha256:" + EMPTY);
        assertThat(digest.algorithm()).isEqualTo(Algorithm.SHA256);
        assertThat(digest.hex()).isEqualTo(EMPTY);
        assertThat(digest).hasToString("sha256:" + EMPTY).isEqualTo(Digest.sha256(new byte[0]));
        assertThat(Digest.parse("sha512:" + EMPTY + EMPTY).algorithm()).isEqualTo(Algorithm.SHA512);
    }

    @Test
    void hashes() {
        MessageDigest hash = Algorithm.SHA512.start();
        hash.update("abc".getBytes(US_ASCII));
        // FIPS 180-2, appendix C.1.
        assertThat(Digest.of(Algorithm.SHA512, hash).hex())
                .startsWith("ddaf35a193617abacc417349ae204131")
                .endsWith("2a9ac94fa54ca49f");
        assertThat(Digest.of(Algorithm.SHA512, hash).hex()).startsWith("cf83e1357eefb8bd");
        assertThat(Digest.sha256("abc".getBytes(US_ASCII)).hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "     ",
                ":",
                "sha256:",
                "sha256",
                "sha256:                                                                ",
                "d41d8cd98f00b204e9800998ecf8427e",
                "sha256:d41d8cd98f00b204e9800m98ecf8427e",
                "sha256:abcdef0123456789",
                "sha512:abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789",
                "foo:d41d8cd98f00b204e9800998ecf8427e",
                "SHA256:" + EMPTY,
                "sha256:" + EMPTY + "0",
                "sha256:" + EMPTY + "\n",
                " sha256:" + EMPTY,
                "sha256::" + EMPTY,
                "sha256+b64:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564",
                "sha256:../../../../../../../../../../../../../../../../../../../../../etc",
                "sha256:E58FCF7418D4390DEC8E8FB69D88C06EC07039D651FEDD3AA72AF9972E7D046B",
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85٣",
                "sha384:d3fc7881460b7e22e3d172954463dddd7866d17597e7248453c48b3e9d26d959"
                        + "6bf9c4a9cf8072c9d5bad76e19af801d",
                "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
            })
    void refuses(String text) {
        refused(() -> Digest.parse(text), "digest");
    }

    @Test
    void cannotBeMadeOtherwise() {
        refused(() -> new Digest(Algorithm.SHA256, "../" + EMPTY.substring(3)), "digest");
        refused(() -> new Digest(Algorithm.SHA512, EMPTY), "128 lower-case");
        assertThat(Algorithm.valueOf("SHA256").label()).isEqualTo("sha256");
    }
}
