package io.bailey.sandbox.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of content by its hash: {@code sha256:} and 64, or {@code sha512:} and 128 lower-case
 * hexadecimal digits, as the OCI image specification's descriptors have it. Nothing else can be
 * made, so a digest is safe as a part of a path (CVE-2024-3727).
 *
 * @param algorithm the hash
 * @param hex its digits
 * @since 0.1
 */
public record Digest(Algorithm algorithm, String hex) {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

    /**
     * A registered algorithm of the specification.
     *
     * @since 0.1
     */
    public enum Algorithm {
        /** SHA-256: what everyone uses. */
        SHA256("sha256", "SHA-256", 64),
        /** SHA-512. */
        SHA512("sha512", "SHA-512", 128);

        private final String label;
        private final String jdkName;
        private final int digits;

        Algorithm(String label, String jdkName, int digits) {
            this.label = label;
            this.jdkName = jdkName;
            this.digits = digits;
        }

        /**
         * Returns the name in digests.
         *
         * @return {@code sha256} or {@code sha512}
         */
        public String label() {
            return label;
        }

        /**
         * Starts a hash.
         *
         * @return a new one
         */
        public MessageDigest start() {
            try {
                return MessageDigest.getInstance(jdkName);
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every JDK has " + jdkName, impossible);
            }
        }
    }

    /**
     * Creates a digest.
     *
     * @throws ImageException of kind {@link ImageException.Kind#INVALID_REFERENCE} if the digits
     *     are not as many lower-case hexadecimal digits as the algorithm has
     */
    public Digest {
        if (hex.length() != algorithm.digits || !HEX.matcher(hex).matches()) {
            throw Malformed.reference(
                    "digest",
                    algorithm.label + ":" + hex,
                    "has not " + algorithm.digits + " lower-case hexadecimal digits");
        }
    }

    /**
     * Reads a digest.
     *
     * @param text such as {@code sha256:9f86d0…}; {@link #toString()} gives it back
     * @return the digest
     * @throws ImageException of kind {@link ImageException.Kind#INVALID_REFERENCE} if it is not
     *     one, or of an algorithm other than these two
     */
    public static Digest parse(String text) {
        for (Algorithm algorithm : Algorithm.values()) {
            if (text.startsWith(algorithm.label + ":")) {
                return new Digest(algorithm, text.substring(algorithm.label.length() + 1));
            }
        }
        throw Malformed.reference(
                "digest", text, "is not sha256: or sha512: and hexadecimal digits");
    }

    /**
     * Returns the digest that a finished hash comes to.
     *
     * @param algorithm the hash's algorithm
     * @param hash the hash, whose state is reset
     * @return its digest
     */
    public static Digest of(Algorithm algorithm, MessageDigest hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash.digest()));
    }

    /**
     * Returns the SHA-256 of bytes.
     *
     * @param content the bytes
     * @return their digest
     */
    public static Digest sha256(byte[] content) {
        MessageDigest hash = Algorithm.SHA256.start();
        hash.update(content);
        return of(Algorithm.SHA256, hash);
    }

    /** Returns the textual form, such as {@code sha256:9f86d0…}. */
    @Override
    public String toString() {
        return algorithm.label + ":" + hex;
    }
}
