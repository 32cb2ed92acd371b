package io.bailey.sandbox.linux.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Credentials;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * A file with credentials: podman's {@code auth.json}, Docker's {@code config.json}, or its older
 * {@code .dockercfg}, which has the registries at the top.
 */
record AuthFile(
        Path path,
        Map<String, JsonValue> auths,
        Map<String, JsonValue> helpers,
        Optional<JsonValue> store) {
    private static final int LARGEST = 4 << 20;
    private static final String OLD = ".dockercfg";
    private static final String STEP = "read auth file";

    static AuthFile read(Path path) {
        JsonValue root;
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw broken(path, "it has more than " + LARGEST + " bytes");
            }
            root = Json.parseSecret(bytes, "JSON");
            if (path.endsWith(OLD)) {
                return new AuthFile(path, root.members(), Map.of(), Optional.empty());
            }
            return new AuthFile(
                    path,
                    members(root, "auths"),
                    members(root, "credHelpers"),
                    root.member("credsStore"));
        } catch (IOException e) {
            throw broken(path, "it cannot be read: " + e);
        } catch (ImageException e) {
            throw e.during(STEP, path.toString());
        }
    }

    private static Map<String, JsonValue> members(JsonValue root, String name) {
        return root.member(name).map(JsonValue::members).orElse(Map.of());
    }

    Optional<Found> find(String registry, String repository, Duration patience) {
        try {
            Optional<JsonValue> helper = AuthKeys.best(helpers, registry, "");
            if (helper.isPresent()) {
                return helped(helper.get(), registry, patience);
            }
            Optional<Found> own =
                    AuthKeys.best(auths, registry, repository)
                            .filter(JsonValue::isObject)
                            .flatMap(this::entry);
            // Where there is a store, Docker leaves empty entries here.
            return own.isPresent() || store.isEmpty()
                    ? own
                    : helped(store.get(), registry, patience);
        } catch (ImageException e) {
            throw e.kind() == Kind.INTERRUPTED ? e : e.during(STEP, path.toString());
        }
    }

    private Optional<Found> helped(JsonValue helper, String registry, Duration patience) {
        if (helper.text().isEmpty()) {
            return Optional.empty();
        }
        return new CredentialHelper(helper.text(), patience)
                .get(AuthKeys.serverAddress(registry))
                .map(who -> new Found(who, path + " (docker-credential-" + helper.text() + ")"));
    }

    private Optional<Found> entry(JsonValue entry) {
        Optional<String> identity = text(entry, "identitytoken");
        if (identity.isPresent()) {
            return found(Credentials.TOKEN, identity.get());
        }
        Optional<String> auth = text(entry, "auth");
        if (auth.isPresent()) {
            return decoded(entry.required("auth"));
        }
        Optional<String> user = text(entry, "username");
        return user.isEmpty()
                ? Optional.empty()
                : found(user.get(), text(entry, "password").orElse(""));
    }

    private Optional<Found> decoded(JsonValue auth) {
        try {
            String text = new String(Base64.getMimeDecoder().decode(auth.text()), UTF_8);
            int colon = text.indexOf(':');
            if (colon <= 0) {
                throw auth.malformed("it is not user:password in Base64");
            }
            // Docker pads it with NULs.
            String secret = text.substring(colon + 1).replaceFirst("\0+$", "");
            return found(text.substring(0, colon), secret);
        } catch (IllegalArgumentException e) {
            throw auth.malformed("it is not user:password in Base64");
        }
    }

    private Optional<Found> found(String user, String secret) {
        return Optional.of(new Found(new Credentials(user, secret), path.toString()));
    }

    private static Optional<String> text(JsonValue entry, String name) {
        return entry.text(name).filter(text -> !text.isEmpty());
    }

    private static ImageException broken(Path path, String why) {
        return new ImageException(
                Kind.MALFORMED_DOCUMENT, STEP, path.toString(), why, "mend it or remove it");
    }
}
