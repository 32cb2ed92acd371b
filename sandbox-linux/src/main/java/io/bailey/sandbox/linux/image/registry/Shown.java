package io.bailey.sandbox.linux.image.registry;

import java.net.URI;

/** Addresses as messages show them. */
final class Shown {
    private static final int LONGEST = 300;

    private Shown() {}

    /** Without user and query: signed addresses have their secret there. */
    static String url(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        String url = uri.getScheme() + "://" + authority(uri) + path;
        return url.length() <= LONGEST ? url : url.substring(0, LONGEST) + "…";
    }

    /** {@code host[:port]}. */
    static String authority(URI uri) {
        return uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }
}
