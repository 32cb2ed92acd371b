package io.bailey.sandbox.linux.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;
import io.bailey.sandbox.linux.image.document.Quoted;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Fetches tokens from where a registry says that they are given: {@code token.md} of distribution
 * by GET, {@code oauth.md} by POST for those who have an identity token.
 */
final class TokenService {
    private static final int LARGEST = 1 << 20;

    /** What a header may have in it, RFC 6750, section 2.1; and how much servers take. */
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,65536}");

    /** What holds if nothing is said, and no less: {@code token.md}, "expires_in". */
    private static final long LEAST_SECONDS = 60;

    private static final long MOST_SECONDS = 24 * 60 * 60;

    private final Http http;

    TokenService(Http http) {
        this.http = http;
    }

    Grant fetch(
            Endpoint endpoint,
            String repository,
            Challenge challenge,
            Optional<Found> who,
            String advice,
            Ongoing ongoing)
            throws Transient, InterruptedException {
        URI realm = realm(endpoint, challenge);
        Map<String, String> parameters = new LinkedHashMap<>();
        challenge.parameter("service").ifPresent(service -> parameters.put("service", service));
        // Not what the challenge says: nobody gets a token for more than is wanted here.
        parameters.put("scope", "repository:" + repository + ":pull");
        Request request =
                who.isPresent() && who.get().isIdentityToken()
                        ? byIdentity(realm, parameters, who.get())
                        : byPassword(realm, parameters, who);
        Answer answer = http.follow(request, ongoing);
        if (answer.status() == 400 && request.form().isPresent()) {
            // invalid_grant, RFC 6749, section 5.2.
            answer.discard();
            throw new ImageException(
                    Kind.UNAUTHORIZED,
                    "fetch token",
                    Shown.url(realm),
                    "the identity token is not accepted",
                    advice);
        }
        if (answer.status() != 200) {
            throw Failures.answered(answer, "fetch token", advice);
        }
        return read(answer, request);
    }

    private static Request byPassword(
            URI realm, Map<String, String> parameters, Optional<Found> who) {
        String query = realm.getRawQuery() == null ? "?" : "&";
        URI uri = URI.create(realm + query + encoded(parameters));
        return Request.get(uri).authorized(who.map(found -> Authorizer.basic(found.credentials())));
    }

    private static Request byIdentity(URI realm, Map<String, String> parameters, Found who) {
        parameters.put("grant_type", "refresh_token");
        parameters.put("client_id", "bailey");
        parameters.put("refresh_token", who.credentials().secret());
        return Request.post(realm, encoded(parameters));
    }

    private static String encoded(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(p -> p.getKey() + "=" + URLEncoder.encode(p.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** Credentials go there: not in plain text, unless the registry itself is spoken to so. */
    private static URI realm(Endpoint endpoint, Challenge challenge) {
        String said = challenge.parameter("realm").orElse("");
        Optional<URI> realm =
                Addresses.web(said)
                        .filter(uri -> uri.getRawFragment() == null)
                        .filter(uri -> Addresses.isSafe(uri) || endpoint.isPlain());
        return realm.orElseThrow(() ->
                new ImageException(
                        Kind.UNAUTHORIZED,
                        "log in to",
                        endpoint.name(),
                        "it sends for tokens to "
                                + Quoted.text(said.split("[?#]", 2)[0])
                                + ", which is no https address",
                        "tell who runs the registry"));
    }

    private static Grant read(Answer answer, Request request)
            throws Transient, InterruptedException {
        try (answer) {
            byte[] bytes = answer.bytes(LARGEST);
            if (bytes == null) {
                throw malformed(request, "it has more than " + LARGEST + " bytes");
            }
            JsonValue root = Json.parseSecret(bytes, "token");
            String token =
                    root.text("token")
                            .filter(t -> !t.isEmpty())
                            .or(() -> root.text("access_token"))
                            .orElse("");
            if (!TOKEN.matcher(token).matches()) {
                throw malformed(request, "there is no token in it");
            }
            return new Grant("Bearer " + token, lifetime(root));
        } catch (IOException e) {
            throw Failures.beneath(request, e);
        } catch (ImageException e) {
            throw e.during("fetch token", Shown.url(request.uri()));
        }
    }

    /** A tenth less: it must last until the request has arrived. */
    private static Duration lifetime(JsonValue root) {
        long seconds = root.member("expires_in").map(JsonValue::count).orElse(LEAST_SECONDS);
        long bounded = Math.clamp(seconds, LEAST_SECONDS, MOST_SECONDS);
        return Duration.ofSeconds(bounded * 9 / 10);
    }

    private static ImageException malformed(Request request, String reason) {
        return new ImageException(
                Kind.MALFORMED_DOCUMENT,
                "read",
                "answer of " + Shown.url(request.uri()),
                reason,
                "");
    }
}
