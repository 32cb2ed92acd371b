package io.bailey.sandbox.linux.image.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Digest;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names of files: digests without a colon, names of images by their hash, and random ones. */
final class Names {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 12;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

    private Names() {}

    static String of(Digest digest) {
        return digest.algorithm().label() + "-" + digest.hex();
    }

    static Optional<Digest> digest(String name) {
        int dash = name.indexOf('-');
        return dash < 0
                ? Optional.empty()
                : digest(name.substring(0, dash), name.substring(dash + 1));
    }

    static Optional<Digest> digest(String algorithm, String hex) {
        for (Digest.Algorithm known : Digest.Algorithm.values()) {
            boolean fits =
                    known.label().equals(algorithm)
                            && HEX.matcher(hex).matches()
                            && hex.length() == 2 * known.start().getDigestLength();
            if (fits) {
                return Optional.of(new Digest(known, hex));
            }
        }
        return Optional.empty();
    }

    /** Where an image of this name is written down. */
    static String image(String name) {
        return "images/" + Digest.sha256(name.getBytes(UTF_8)).hex() + ".json";
    }

    static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
