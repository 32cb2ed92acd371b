package io.bailey.sandbox.linux.image.registry;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked of a server.
 *
 * @param authorization the header, which is for the server of {@code uri} only
 * @param form what is posted
 */
record Request(
        String method,
        URI uri,
        Map<String, String> headers,
        Optional<String> authorization,
        Optional<String> form) {

    static Request get(URI uri) {
        return new Request("GET", uri, Map.of(), Optional.empty(), Optional.empty());
    }

    static Request head(URI uri) {
        return new Request("HEAD", uri, Map.of(), Optional.empty(), Optional.empty());
    }

    static Request post(URI uri, String form) {
        return new Request("POST", uri, Map.of(), Optional.empty(), Optional.of(form))
                .with("Content-Type", "application/x-www-form-urlencoded");
    }

    Request with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Request(method, uri, more, authorization, form);
    }

    Request authorized(Optional<String> header) {
        return new Request(method, uri, headers, header, form);
    }

    /** The same of another place, which is told who asks only if it is the same server. */
    Request at(URI other) {
        boolean same = Origin.of(uri).equals(Origin.of(other));
        return new Request(method, other, headers, authorization.filter(_ -> same), form);
    }

    /** Neither who asks nor what is signed. */
    @Override
    public String toString() {
        return method + " " + Shown.url(uri);
    }
}
