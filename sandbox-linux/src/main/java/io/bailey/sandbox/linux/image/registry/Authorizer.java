package io.bailey.sandbox.linux.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;

import io.bailey.sandbox.image.Credentials;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Knows what to tell each registry, and learns it from the registry's challenges. */
final class Authorizer {
    private static final int MOST = 1000;
    private static final Duration FOREVER = Duration.ofDays(1);

    /** A token is for one repository of one server. */
    private record Key(Origin server, String repository) {}

    private final CredentialFinder finder;
    private final TokenService tokens;

    /** One thread asks; the others find what it was given. */
    private final ReentrantLock asking = new ReentrantLock();

    private final Cache<Key, Grant> grants =
            Caffeine.newBuilder()
                    .maximumSize(MOST)
                    .expireAfter(Expiry.<Key, Grant>writing((_, grant) -> grant.lifetime()))
                    .executor(Runnable::run)
                    .build();

    Authorizer(CredentialFinder finder, TokenService tokens) {
        this.finder = finder;
        this.tokens = tokens;
    }

    /** What is known so far. */
    Optional<String> known(Endpoint endpoint, String repository) {
        return Optional.ofNullable(grants.getIfPresent(key(endpoint, repository)))
                .map(Grant::header);
    }

    /**
     * Meets a challenge.
     *
     * @param used what the registry would not have
     * @return what to tell it now
     */
    String meet(
            Endpoint endpoint,
            String repository,
            List<String> challenges,
            Optional<String> used,
            Ongoing ongoing)
            throws Transient, InterruptedException {
        Key key = key(endpoint, repository);
        asking.lockInterruptibly();
        try {
            Grant known = grants.getIfPresent(key);
            if (known != null && !Optional.of(known.header()).equals(used)) {
                return known.header();
            }
            Grant fresh = ask(endpoint, repository, Challenge.parse(challenges), used, ongoing);
            grants.put(key, fresh);
            return fresh.header();
        } finally {
            asking.unlock();
        }
    }

    private Grant ask(
            Endpoint endpoint,
            String repository,
            List<Challenge> challenges,
            Optional<String> used,
            Ongoing ongoing)
            throws Transient, InterruptedException {
        Optional<Found> found = finder.find(endpoint.name(), repository);
        for (Challenge challenge : challenges) {
            if (challenge.scheme().equals("bearer")) {
                return tokens.fetch(
                        endpoint, repository, challenge, found, advice(endpoint, found), ongoing);
            }
        }
        boolean basic = challenges.stream().anyMatch(c -> c.scheme().equals("basic"));
        Optional<String> header =
                found.filter(f -> basic && !f.isIdentityToken()).map(f -> basic(f.credentials()));
        if (header.isEmpty() || header.equals(used)) {
            throw new ImageException(
                    Kind.UNAUTHORIZED,
                    "log in to",
                    endpoint.name(),
                    header.isPresent()
                            ? "it does not accept the credentials"
                            : basic
                                    ? "it wants user and password"
                                    : "it offers no way in known here",
                    advice(endpoint, found));
        }
        return new Grant(header.get(), FOREVER);
    }

    /** What to do about missing permission. */
    String advice(Endpoint endpoint, String repository) {
        return advice(endpoint, finder.find(endpoint.name(), repository));
    }

    private String advice(Endpoint endpoint, Optional<Found> found) {
        return found.map(f -> "check the credentials of " + f.source())
                .orElseGet(() ->
                        "give Images.builder().credentials(\""
                                + endpoint.name()
                                + "\", …), or log in with podman or docker; there are none in "
                                + finder.places());
    }

    private static Key key(Endpoint endpoint, String repository) {
        URI base = endpoint.base();
        return new Key(Origin.of(base), repository);
    }

    static String basic(Credentials who) {
        String pair = who.username() + ":" + who.secret();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }
}
