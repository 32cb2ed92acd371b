package io.bailey.sandbox.linux.image.registry;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Asks registries, and tells them who asks when they want to know. */
final class Registries {
    private final Http http;
    private final Authorizer authorizer;

    Registries(Http http, Authorizer authorizer) {
        this.http = http;
        this.authorizer = authorizer;
    }

    /** Sends a request to a registry; once more if it wants to know who asks. */
    Answer send(Endpoint endpoint, String repository, Request request, Ongoing ongoing)
            throws Transient, InterruptedException {
        Optional<String> known = authorizer.known(endpoint, repository);
        Answer answer = http.follow(request.authorized(known), ongoing);
        boolean own = Origin.of(answer.uri()).equals(Origin.of(endpoint.base()));
        if (answer.status() != 401 || !own) {
            return answer;
        }
        List<String> challenges = answer.headers().allValues("WWW-Authenticate");
        answer.discard();
        String fresh = authorizer.meet(endpoint, repository, challenges, known, ongoing);
        return http.follow(request.authorized(Optional.of(fresh)), ongoing);
    }

    String advice(Endpoint endpoint, String repository) {
        return authorizer.advice(endpoint, repository);
    }

    /** A blob of a registry. */
    Source blob(Endpoint endpoint, String repository, String digest, int attempts) {
        URI uri = endpoint.blob(repository, digest);
        return new Source() {
            @Override
            public URI uri() {
                return uri;
            }

            @Override
            public int attempts() {
                return attempts;
            }

            @Override
            public Answer get(Optional<String> range, Ongoing ongoing)
                    throws Transient, InterruptedException {
                return send(endpoint, repository, ranged(uri, range), ongoing);
            }

            @Override
            public String advice() {
                return Registries.this.advice(endpoint, repository);
            }
        };
    }

    /** A blob of anywhere, named by a manifest: nobody there hears who asks (CVE-2020-15157). */
    Source elsewhere(URI uri, int attempts) {
        return new Source() {
            @Override
            public URI uri() {
                return uri;
            }

            @Override
            public int attempts() {
                return attempts;
            }

            @Override
            public Answer get(Optional<String> range, Ongoing ongoing) throws Transient {
                return http.follow(ranged(uri, range), ongoing);
            }

            @Override
            public String advice() {
                return "";
            }
        };
    }

    private static Request ranged(URI uri, Optional<String> range) {
        Request request = Request.get(uri);
        return range.isPresent() ? request.with("Range", range.get()) : request;
    }
}
