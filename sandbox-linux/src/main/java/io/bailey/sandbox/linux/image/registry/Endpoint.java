package io.bailey.sandbox.linux.image.registry;

import java.net.URI;

/**
 * A registry or a mirror, and how it is spoken to.
 *
 * @param name as users name it: credentials are found by it
 * @param base {@code https://host[:port]}
 */
record Endpoint(String name, URI base) {

    boolean isPlain() {
        return base.getScheme().equals("http");
    }

    URI manifest(String repository, String tagOrDigest) {
        return base.resolve("/v2/" + repository + "/manifests/" + tagOrDigest);
    }

    URI blob(String repository, String digest) {
        return base.resolve("/v2/" + repository + "/blobs/" + digest);
    }

    /** Where nothing but its presence and its challenge can be had. */
    URI ping() {
        return base.resolve("/v2/");
    }
}
