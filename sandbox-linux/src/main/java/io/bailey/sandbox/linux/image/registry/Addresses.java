package io.bailey.sandbox.linux.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses that strangers give. */
final class Addresses {
    private static final Pattern IPV4_LOOPBACK =
            Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

    /** RFC 3986, section 2: what an address consists of. */
    private static final String ALLOWED = "-._~:/?#[]@!$&'()*+,;=%";

    private Addresses() {}

    /** An address over HTTP with a host and without a user; empty if it is none. */
    static Optional<URI> web(String text) {
        return parse(text).filter(Addresses::isWeb);
    }

    /** The same, which may be relative to where it was given. */
    static Optional<URI> web(URI base, String text) {
        return parse(text).filter(_ -> !text.isEmpty()).map(base::resolve).filter(Addresses::isWeb);
    }

    /** {@code localhost}, {@code 127.0.0.0/8}, {@code [::1]}, with or without a port. */
    static boolean isLoopback(String authority) {
        String host = authority.replaceFirst(":\\d+$", "");
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || IPV4_LOOPBACK.matcher(host).matches();
    }

    /** Is it spoken to through TLS? */
    static boolean isSafe(URI uri) {
        return uri.getScheme().equalsIgnoreCase("https");
    }

    private static boolean isWeb(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        return (scheme.equals("https") || scheme.equals("http"))
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getPort() <= 65_535;
    }

    private static Optional<URI> parse(String text) {
        try {
            return Optional.of(new URI(encoded(text)));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** Servers write blanks, braces and letters of all languages as they are. */
    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || ALLOWED.indexOf(c) >= 0)) {
                encoded.append(c);
            } else {
                encoded.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
            }
        }
        return encoded.toString();
    }
}
