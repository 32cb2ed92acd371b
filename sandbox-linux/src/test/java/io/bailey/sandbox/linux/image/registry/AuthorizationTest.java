package io.bailey.sandbox.linux.image.registry;

import static io.bailey.sandbox.linux.image.registry.Setup.bytes;
import static io.bailey.sandbox.linux.image.registry.Setup.fetch;
import static io.bailey.sandbox.linux.image.registry.Setup.layer;
import static io.bailey.sandbox.linux.image.registry.Setup.reference;
import static io.bailey.sandbox.linux.image.registry.Setup.refused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Credentials;
import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.linux.testing.FakeRegistry;
import io.bailey.sandbox.linux.testing.FakeRegistry.Call;
import io.bailey.sandbox.linux.testing.FakeRegistry.Handler;
import io.bailey.sandbox.linux.testing.TestCertificate;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who is told who asks, and who is not. */
@Timeout(60)
class AuthorizationTest {
    private static final byte[] MANIFEST = "{}".getBytes(UTF_8);
    private static final String TAGGED = "/v2/a/b/manifests/1";
    private static final String SECRET = "s3cret:with colon";
    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString(("alice:" + SECRET).getBytes(UTF_8));

    private final Setup setup = new Setup();
    private FakeRegistry registry;
    private FakeRegistry tokens;
    private ImageReference tag;

    @BeforeEach
    void start() throws IOException {
        registry = FakeRegistry.start();
        tokens = FakeRegistry.start();
        setup.insecure.add(registry.name());
        registry.manifest("a/b", "1", MANIFEST, MediaTypes.OCI_MANIFEST);
        tag = reference(registry.name(), "a/b:1");
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
        tokens.close();
    }

    private static Handler challenge(String... challenges) {
        return (call, wire) -> {
            List<String> headers = new ArrayList<>();
            for (String challenge : challenges) {
                headers.add("WWW-Authenticate: " + challenge);
            }
            wire.send(401, new byte[0], headers.toArray(String[]::new));
        };
    }

    /** Lets nobody in but who has {@code header}. */
    private void wants(String header, String... challenges) {
        registry.before((call, wire) -> {
            if (!call.header("authorization").equals(header)) {
                challenge(challenges).answer(call, wire);
            }
        });
    }

    private String bearer() {
        return "Bearer realm=\""
                + tokens.url()
                + "/token?x=y\",service=\"a, \\\"b\\\"\",scope=\"repository:z:push\"";
    }

    private static Handler token(String json) {
        return (call, wire) -> wire.send(200, json.getBytes(UTF_8));
    }

    private void login() {
        setup.credentials.put(registry.name(), new Credentials("alice", SECRET));
    }

    private void pulls() {
        try (RegistryClient client = setup.client()) {
            assertThat(client.manifest(tag).bytes()).isEqualTo(MANIFEST);
        }
    }

    private ImageException fails() {
        try (RegistryClient client = setup.client()) {
            ImageException e = refused(() -> client.manifest(tag));
            for (Throwable t = e; t != null; t = t.getCause()) {
                assertThat(t.toString()).doesNotContain(SECRET, BASIC, "T0KEN");
            }
            assertThat(setup.events.toString()).doesNotContain(SECRET, BASIC, "T0KEN");
            return e;
        }
    }

    @Test
    void tellsNobodyWhoAsksUntilTheyWantToKnow() {
        login();
        pulls();
        assertThat(registry.calls()).extracting(c -> c.header("authorization")).containsExactly("");
    }

    @Test
    void logsInWithUserAndPassword() {
        login();
        wants(BASIC, "Negotiate", "Basic realm=\"x\"");
        try (RegistryClient client = setup.client()) {
            client.manifest(tag);
            client.manifest(tag);
        }
        assertThat(registry.calls())
                .extracting(c -> c.header("authorization"))
                .containsExactly("", BASIC, BASIC);
    }

    @Test
    void aTokenIsFetchedAndUsedAgain() {
        wants("Bearer T0KEN", "Basic realm=x, " + bearer());
        tokens.on("/token", token("{\"token\":\"T0KEN\",\"expires_in\":300}"));
        byte[] blob = bytes(1000);
        registry.blob("a/b", blob);
        try (RegistryClient client = setup.client()) {
            client.resolve(tag);
            client.manifest(tag);
            assertThat(fetch(client, tag, layer(blob))).isEqualTo(blob);
        }
        assertThat(registry.calls()).hasSize(4);
        Call asked = tokens.calls().getFirst();
        assertThat(tokens.calls()).hasSize(1);
        assertThat(asked.method()).isEqualTo("GET");
        assertThat(asked.target())
                .isEqualTo("/token?x=y&service=a%2C+%22b%22&scope=repository%3Aa%2Fb%3Apull");
        assertThat(asked.header("authorization")).isEmpty();
    }

    @Test
    void credentialsGoToTheTokenServerAndNotToTheRegistry() {
        login();
        wants("Bearer T0KEN", bearer());
        tokens.on("/token", token("{\"access_token\":\"T0KEN\"}"));
        pulls();
        assertThat(tokens.calls())
                .extracting(c -> c.header("authorization"))
                .containsExactly(BASIC);
        assertThat(registry.calls())
                .extracting(c -> c.header("authorization"))
                .containsExactly("", "Bearer T0KEN");
    }

    @Test
    void anIdentityTokenIsPosted() {
        setup.credentials.put(registry.name(), new Credentials(Credentials.TOKEN, "r&=f"));
        wants("Bearer T0KEN", bearer());
        tokens.on("/token", token("{\"access_token\":\"T0KEN\"}"));
        pulls();
        Call asked = tokens.calls().getFirst();
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.header("authorization")).isEmpty();
        assertThat(asked.body().split("&"))
                .contains(
                        "grant_type=refresh_token",
                        "refresh_token=r%26%3Df",
                        "scope=repository%3Aa%2Fb%3Apull");
    }

    @Test
    void aTokenThatIsOutOfDateIsFetchedAnewOnce() {
        tokens.on("/token", token("{\"token\":\"T0KEN\"}"));
        wants("Bearer T0KEN", bearer());
        try (RegistryClient client = setup.client()) {
            client.manifest(tag);
            wants("Bearer T0KEN2", bearer());
            tokens.on("/token", token("{\"token\":\"T0KEN2\"}"));
            client.manifest(tag);
            assertThat(tokens.calls()).hasSize(2);
            wants("Bearer nobody has it", bearer());
            assertThat(refused(() -> client.manifest(tag)).kind()).isEqualTo(Kind.UNAUTHORIZED);
            assertThat(tokens.calls()).hasSize(3);
        }
    }

    @Test
    void eachRepositoryHasItsOwnToken() {
        registry.manifest("c", "1", MANIFEST, MediaTypes.OCI_MANIFEST);
        wants("Bearer T0KEN", bearer());
        tokens.on("/token", token("{\"token\":\"T0KEN\"}"));
        try (RegistryClient client = setup.client()) {
            client.manifest(tag);
            client.manifest(reference(registry.name(), "c:1"));
        }
        assertThat(tokens.calls()).hasSize(2);
    }

    @Test
    void refusalsSayWhereCredentialsAreLookedFor() {
        wants(BASIC, "Basic realm=x");
        ImageException e = fails();
        assertThat(e.kind()).isEqualTo(Kind.UNAUTHORIZED);
        assertThat(e.fix()).contains("credentials(\"" + registry.name(), "no file");
        setup.credentials.put(registry.name(), new Credentials("alice", SECRET + "x"));
        e = fails();
        assertThat(e.kind()).isEqualTo(Kind.UNAUTHORIZED);
        assertThat(e.fix()).contains("check the credentials of Images.builder()");
        // No second try with the same: accounts are locked for that.
        assertThat(registry.calls()).hasSize(3);
    }

    @Test
    void wrongCredentialsAreRefusedByTheTokenServer() {
        login();
        wants("Bearer T0KEN", bearer());
        tokens.on("/token", (call, wire) -> wire.send(401, "{\"details\":\"no\"}".getBytes(UTF_8)));
        assertThat(fails().kind()).isEqualTo(Kind.UNAUTHORIZED);
        assertThat(tokens.calls()).hasSize(1);
        setup.credentials.put(registry.name(), new Credentials(Credentials.TOKEN, SECRET));
        tokens.on(
                "/token",
                (call, wire) -> wire.send(400, "{\"error\":\"invalid_grant\"}".getBytes(UTF_8)));
        assertThat(fails().kind()).isEqualTo(Kind.UNAUTHORIZED);
    }

    @Test
    void theTokenServerIsAskedAgainWhenItIsBusy() {
        wants("Bearer T0KEN", bearer());
        tokens.next("/token", (call, wire) -> wire.send(503, new byte[0], "Retry-After: 0"));
        tokens.on("/token", token("{\"token\":\"T0KEN\"}"));
        pulls();
        assertThat(setup.events).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "T0KEN",
                "{\"token\":\"\"}",
                "{\"token\":7}",
                "{\"token\":\"T0KEN\\r\\nX: y\"}",
                "{\"token\":\"T0KEN\",\"expires_in\":\"T0KEN\"}",
                "{\"token\":\"T0KEN\",\"token\":\"T0KEN\"}",
            })
    void answersWithoutATokenAreRefused(String json) {
        wants("Bearer T0KEN", bearer());
        tokens.on("/token", token(json));
        assertThat(fails().kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer realm=\"\"",
                "Bearer realm=\"/token\"",
                "Bearer realm=\"file:///etc/passwd\"",
                "Bearer realm=\"http://a:b@c/\"",
                "Digest realm=x",
                "Basic2",
                "",
            })
    void challengesThatLeadNowhereAreRefused(String challenge) {
        login();
        wants("Bearer T0KEN", challenge);
        ImageException e = fails();
        assertThat(e.kind()).isEqualTo(Kind.UNAUTHORIZED);
        assertThat(tokens.calls()).isEmpty();
    }

    @Test
    void aSafeRegistryCannotSendForTokensInPlainText(@TempDir Path directory) throws Exception {
        TestCertificate certificate = TestCertificate.make(directory, "ip:127.0.0.1");
        setup.certificates.add(certificate.pem());
        try (FakeRegistry safe = FakeRegistry.start(certificate.server())) {
            safe.before(challenge(bearer()));
            setup.credentials.put(safe.name(), new Credentials("alice", SECRET));
            tag = reference(safe.name(), "a/b:1");
            ImageException e = fails();
            assertThat(e.kind()).isEqualTo(Kind.UNAUTHORIZED);
            assertThat(e).hasMessageContaining("no https address");
            assertThat(tokens.calls()).isEmpty();
        }
    }

    @Test
    void whoIsSentOnFromTlsToPlainTextDoesNotGo(@TempDir Path directory) throws Exception {
        TestCertificate certificate = TestCertificate.make(directory, "ip:127.0.0.1");
        setup.certificates.add(certificate.pem());
        try (FakeRegistry safe = FakeRegistry.start(certificate.server())) {
            for (String scheme : List.of("http", "HTTP")) {
                String there = scheme + "://" + registry.name() + TAGGED;
                safe.on(TAGGED, (call, wire) -> wire.send(307, new byte[0], "Location: " + there));
                tag = reference(safe.name(), "a/b:1");
                ImageException e = fails();
                assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
                assertThat(e).hasMessageContaining("from https");
            }
            assertThat(registry.calls()).isEmpty();
        }
    }

    @Test
    void whoIsSentToAnotherServerTellsNothingThere() throws IOException {
        try (FakeRegistry elsewhere = FakeRegistry.start()) {
            login();
            wants(BASIC, "Basic realm=x");
            byte[] blob = bytes(1000);
            String path = "/v2/a/b/blobs/" + registry.blob("a/b", blob);
            elsewhere.serve("/there", blob, "x/y");
            registry.on(
                    path,
                    (call, wire) ->
                            wire.send(
                                    307,
                                    new byte[0],
                                    "Location: " + elsewhere.url() + "/there?sig=S1G"));
            try (RegistryClient client = setup.client()) {
                assertThat(fetch(client, tag, layer(blob))).isEqualTo(blob);
            }
            assertThat(elsewhere.calls())
                    .singleElement()
                    .satisfies(c -> assertThat(c.headers()).doesNotContainKey("authorization"));
            // And it may ask as it likes.
            elsewhere.before(challenge("Basic realm=x"));
            try (RegistryClient client = setup.client()) {
                ImageException e = refused(() -> fetch(client, tag, layer(blob)));
                assertThat(e.kind()).isEqualTo(Kind.UNAUTHORIZED);
                assertThat(e.getMessage()).doesNotContain("S1G");
            }
            assertThat(elsewhere.calls())
                    .noneMatch(call -> call.headers().containsKey("authorization"));
        }
    }

    @Test
    void whoIsSentBackTellsNothingThereEither() throws IOException {
        try (FakeRegistry elsewhere = FakeRegistry.start()) {
            login();
            wants(BASIC, "Basic realm=x");
            registry.on(
                    TAGGED,
                    (call, wire) ->
                            wire.send(307, new byte[0], "Location: " + elsewhere.url() + "/there"));
            elsewhere.on(
                    "/there",
                    (call, wire) ->
                            wire.send(307, new byte[0], "Location: " + registry.url() + "/v2/x"));
            fails();
            assertThat(registry.calls("/v2/x"))
                    .isNotEmpty()
                    .noneMatch(call -> call.headers().containsKey("authorization"));
        }
    }

    @Test
    void theTokenServersRedirectsCarryNoCredentialsElsewhere() throws IOException {
        try (FakeRegistry elsewhere = FakeRegistry.start()) {
            login();
            wants("Bearer T0KEN", bearer());
            tokens.on(
                    "/token",
                    (call, wire) ->
                            wire.send(302, new byte[0], "Location: " + elsewhere.url() + "/t"));
            elsewhere.on("/t", token("{\"token\":\"T0KEN\"}"));
            pulls();
            assertThat(elsewhere.calls())
                    .singleElement()
                    .satisfies(c -> assertThat(c.headers()).doesNotContainKey("authorization"));
        }
    }

    @Test
    void foreignLayersAreFetchedAsNobody() throws IOException {
        byte[] foreign = bytes(70_000);
        try (FakeRegistry elsewhere = FakeRegistry.start()) {
            login();
            setup.credentials.put(elsewhere.name(), new Credentials("alice", SECRET));
            wants(BASIC, "Basic realm=x");
            elsewhere.before(challenge("Basic realm=x"));
            Descriptor blob =
                    new Descriptor(
                            MediaTypes.OCI_LAYER_GZIP,
                            layer(foreign).digest(),
                            foreign.length,
                            Optional.empty(),
                            Map.of(),
                            List.of(elsewhere.url() + "/layer"));
            try (RegistryClient client = setup.client()) {
                assertThat(refused(() -> fetch(client, tag, blob)).kind())
                        .isEqualTo(Kind.UNAUTHORIZED);
            }
            assertThat(elsewhere.calls())
                    .singleElement()
                    .satisfies(c -> assertThat(c.headers()).doesNotContainKey("authorization"));
        }
    }

    @Test
    void aMirrorIsNotToldTheRegistrysCredentials() throws IOException {
        try (FakeRegistry mirror = FakeRegistry.start()) {
            login();
            setup.insecure.add(mirror.name());
            setup.mirrors.put(registry.name(), List.of(mirror.name()));
            mirror.before(challenge("Basic realm=x"));
            wants(BASIC, "Basic realm=x");
            pulls();
            assertThat(mirror.calls())
                    .isNotEmpty()
                    .noneMatch(call -> call.headers().containsKey("authorization"));
        }
    }

    @Test
    void anUntrustedCertificateIsSaidToBeOne(@TempDir Path directory) throws Exception {
        TestCertificate certificate = TestCertificate.make(directory, "ip:127.0.0.1");
        TestCertificate wrongName = TestCertificate.make(directory, "dns:example.com");
        try (FakeRegistry safe = FakeRegistry.start(certificate.server());
                FakeRegistry misnamed = FakeRegistry.start(wrongName.server())) {
            tag = reference(safe.name(), "a/b:1");
            ImageException e = fails();
            assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(e).hasMessageContaining("certificate is not trusted");
            assertThat(e.fix()).contains("certificate(file)");
            setup.certificates.add(wrongName.pem());
            tag = reference(misnamed.name(), "a/b:1");
            assertThat(fails()).hasMessageContaining("certificate is not trusted");
            assertThat(misnamed.calls()).isEmpty();
        }
    }

    @Test
    void certificatesThatAreNoneAreRefused(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("x.pem");
        setup.certificates.add(file);
        assertThat(refused(setup::client)).hasMessageContaining(file.toString());
        java.nio.file.Files.writeString(file, "hello");
        assertThat(refused(setup::client).kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
    }
}
