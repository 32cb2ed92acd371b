package io.bailey.sandbox.linux.image.registry;

import static io.bailey.sandbox.linux.image.registry.Setup.reference;
import static io.bailey.sandbox.linux.image.registry.Setup.refused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.PullEvent;
import io.bailey.sandbox.linux.testing.FakeRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;

/** Manifests and tags, of a registry that behaves as it is told. */
@Timeout(60)
class ManifestTest {
    private static final byte[] MANIFEST = "{\"schemaVersion\":2}".getBytes(UTF_8);
    private static final Digest DIGEST = Digest.sha256(MANIFEST);
    private static final String TAGGED = "/v2/a/b/manifests/1";
    private static final String TYPE = "Content-Type: " + MediaTypes.OCI_MANIFEST;

    private final Setup setup = new Setup();
    private FakeRegistry registry;
    private ImageReference tag;

    @BeforeEach
    void start() throws IOException {
        registry = FakeRegistry.start();
        setup.insecure.add(registry.name());
        registry.manifest("a/b", "1", MANIFEST, MediaTypes.OCI_MANIFEST);
        tag = reference(registry.name(), "a/b:1");
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
    }

    private ImageException manifestRefused() {
        try (RegistryClient client = setup.client()) {
            return refused(() -> client.manifest(tag));
        }
    }

    @Test
    void resolvesByHeadAlone() {
        try (RegistryClient client = setup.client()) {
            assertThat(client.resolve(tag))
                    .isEqualTo(new Resolved(DIGEST, MediaTypes.OCI_MANIFEST, MANIFEST.length));
        }
        assertThat(registry.calls()).extracting(FakeRegistry.Call::method).containsExactly("HEAD");
        assertThat(registry.calls().getFirst().header("accept"))
                .contains(
                        MediaTypes.OCI_INDEX,
                        MediaTypes.OCI_MANIFEST,
                        MediaTypes.DOCKER_LIST,
                        MediaTypes.DOCKER_MANIFEST);
    }

    @Test
    void fetchesWhereHeadSaysNothing() {
        registry.next(TAGGED, (call, wire) -> wire.head(200, MANIFEST.length, TYPE));
        try (RegistryClient client = setup.client()) {
            assertThat(client.resolve(tag).digest()).isEqualTo(DIGEST);
        }
        registry.next(TAGGED, (call, wire) -> wire.head(405, 0));
        try (RegistryClient client = setup.client()) {
            assertThat(client.resolve(tag).digest()).isEqualTo(DIGEST);
        }
        registry.next(
                TAGGED,
                (call, wire) -> wire.head(200, 3, TYPE, "Docker-Content-Digest: sha256:../../etc"));
        try (RegistryClient client = setup.client()) {
            assertThat(client.resolve(tag).digest()).isEqualTo(DIGEST);
        }
    }

    @Test
    void hashesTheBytesWhateverTheHeaderSays() {
        registry.on(
                TAGGED,
                (call, wire) ->
                        wire.send(
                                200,
                                MANIFEST,
                                TYPE,
                                "Docker-Content-Digest: " + Digest.sha256(new byte[0])));
        try (RegistryClient client = setup.client()) {
            ManifestBytes manifest = client.manifest(tag);
            assertThat(manifest.bytes()).isEqualTo(MANIFEST);
            assertThat(manifest.contentType()).isEqualTo(MediaTypes.OCI_MANIFEST);
            assertThat(manifest.digest()).isEqualTo(DIGEST);
        }
    }

    @Test
    void refusesOtherBytesThanThePin() {
        registry.serve("/v2/a/b/manifests/" + DIGEST, "{}".getBytes(UTF_8), "x/y");
        tag = tag.withDigest(DIGEST);
        assertThat(manifestRefused().kind()).isEqualTo(Kind.DIGEST_MISMATCH);
        assertThat(registry.calls(TAGGED)).isEmpty();
    }

    @Test
    void verifiesAPinOfSha512() {
        java.security.MessageDigest hash = Digest.Algorithm.SHA512.start();
        hash.update(MANIFEST);
        Digest pin = Digest.of(Digest.Algorithm.SHA512, hash);
        registry.serve("/v2/a/b/manifests/" + pin, MANIFEST, MediaTypes.OCI_MANIFEST);
        try (RegistryClient client = setup.client()) {
            assertThat(client.manifest(tag.withDigest(pin)).digest()).isEqualTo(pin);
        }
    }

    @Test
    void stopsAtTheLimit() {
        setup.document = 10;
        assertThat(manifestRefused().kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        // And where the length is not said beforehand.
        registry.on(
                TAGGED,
                (call, wire) -> {
                    wire.head(200, -1, TYPE);
                    for (int i = 0; i < 100; i++) {
                        wire.raw(new byte[1000]);
                    }
                    wire.cut();
                });
        assertThat(manifestRefused().kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
    }

    @Test
    void anEndlessBodyEndsAtTheLimit() {
        registry.on(
                TAGGED,
                (call, wire) -> {
                    wire.head(200, Long.MAX_VALUE, TYPE);
                    wire.cut();
                });
        assertThat(manifestRefused().kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        registry.on(
                TAGGED,
                (call, wire) -> {
                    wire.head(200, -1, TYPE, "Transfer-Encoding: chunked");
                    while (true) {
                        wire.raw("400\r\n".getBytes(UTF_8));
                        wire.raw(new byte[0x400]);
                        wire.raw("\r\n".getBytes(UTF_8));
                    }
                });
        assertThat(manifestRefused().kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void triesAgainAfter(int status) {
        registry.next(TAGGED, (call, wire) -> wire.send(status, new byte[0], "Retry-After: 0"));
        try (RegistryClient client = setup.client()) {
            assertThat(client.manifest(tag).digest()).isEqualTo(DIGEST);
        }
        assertThat(registry.calls(TAGGED)).hasSize(2);
        assertThat(setup.events)
                .singleElement()
                .isEqualTo(
                        new PullEvent.Retry(
                                registry.url() + TAGGED,
                                Integer.toString(status),
                                2,
                                Duration.ZERO));
    }

    @Test
    void triesAgainAfterACutConnection() {
        registry.next(
                TAGGED,
                (call, wire) -> wire.cut(),
                (call, wire) -> {
                    wire.head(200, MANIFEST.length, TYPE);
                    wire.raw(new byte[3]);
                    wire.cut();
                });
        try (RegistryClient client = setup.client()) {
            assertThat(client.manifest(tag).digest()).isEqualTo(DIGEST);
        }
        // The JDK tries again by itself where nothing at all came.
        assertThat(setup.events).isNotEmpty();
        assertThat(registry.calls(TAGGED)).hasSize(3);
    }

    @Test
    void givesUpAfterSomeTriesAndSaysHowMany() {
        registry.on(
                TAGGED,
                (call, wire) ->
                        wire.send(
                                503,
                                "{\"errors\":[{\"code\":\"UNAVAILABLE\",\"message\":\"so\\nbusy\"}]}"
                                        .getBytes(UTF_8)));
        ImageException e = manifestRefused();
        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(e.getMessage())
                .contains("after 3 tries: 503 UNAVAILABLE: \"so\\u{a}busy\"", registry.name());
        assertThat(registry.calls(TAGGED)).hasSize(3);
    }

    @Test
    void doesNotAskAgainForWhatIsNotThere() {
        tag = reference(registry.name(), "a/b:2");
        ImageException e = manifestRefused();
        assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
        assertThat(e).hasMessageContaining("404 NOT_FOUND: \"none\"");
        assertThat(registry.calls()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "{\"errors\":7}",
                "{\"errors\":[]}",
                "[]",
                "{\"errors\":[{}]}"
            })
    void bearsErrorsOfAnyForm(String body) {
        registry.on(TAGGED, (call, wire) -> wire.send(404, body.getBytes(UTF_8)));
        assertThat(manifestRefused().kind()).isEqualTo(Kind.NOT_FOUND);
    }

    @Test
    void aSilentServerIsLeft() {
        setup.timeout = Duration.ofMillis(1500);
        setup.attempts = 1;
        registry.on(
                TAGGED,
                (call, wire) -> {
                    wire.head(200, MANIFEST.length, TYPE);
                    wire.raw(new byte[1]);
                    await(Duration.ofSeconds(30));
                });
        ImageException e = manifestRefused();
        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(e).hasMessageContaining("nothing came");
        registry.on(TAGGED, (call, wire) -> await(Duration.ofSeconds(30)));
        assertThat(manifestRefused().kind()).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void aServerThatSendsAByteNowAndThenIsLeft() {
        setup.timeout = Duration.ofMillis(1000);
        setup.attempts = 1;
        registry.on(
                TAGGED,
                (call, wire) -> {
                    wire.head(200, 100_000, TYPE);
                    for (int i = 0; i < 1000; i++) {
                        wire.raw(new byte[1]);
                        await(Duration.ofMillis(100));
                    }
                });
        ImageException e = manifestRefused();
        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(e).hasMessageContaining("bytes came in");
    }

    @Test
    void hugeHeadersAreRefused() {
        setup.attempts = 1;
        registry.on(TAGGED, (call, wire) -> wire.send(200, MANIFEST, "X: " + "x".repeat(1 << 20)));
        assertThat(manifestRefused().kind()).isEqualTo(Kind.UNREACHABLE);
    }

    /** Where nobody listens. */
    private static String nobody() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return "127.0.0.1:" + free.getLocalPort();
        }
    }

    @Test
    void saysWhereNobodyListens() throws IOException {
        setup.attempts = 2;
        tag = reference(nobody(), "a/b:1");
        ImageException e = manifestRefused();
        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(e).hasMessageContaining("after 2 tries: it cannot be connected to");
    }

    @Test
    void findsOutThatALoopbackServerHasNoTls() {
        setup.insecure.clear();
        try (RegistryClient client = setup.client()) {
            assertThat(client.manifest(tag).digest()).isEqualTo(DIGEST);
        }
    }

    @Test
    void mirrorsAreAskedFirst() throws IOException {
        try (FakeRegistry mirror = FakeRegistry.start()) {
            mirror.manifest("library/x", "1", MANIFEST, MediaTypes.OCI_MANIFEST);
            setup.insecure.add(mirror.name());
            setup.mirrors.put("docker.io", List.of(mirror.name()));
            try (RegistryClient client = setup.client()) {
                assertThat(client.manifest(ImageReference.parse("x:1")).digest()).isEqualTo(DIGEST);
            }
            assertThat(mirror.calls()).hasSize(1);
        }
    }

    @Test
    void theRegistryItselfIsAskedWhereMirrorsFail() throws IOException {
        try (FakeRegistry missing = FakeRegistry.start();
                FakeRegistry broken = FakeRegistry.start();
                FakeRegistry lying = FakeRegistry.start()) {
            broken.before((call, wire) -> wire.send(503, new byte[0]));
            lying.before((call, wire) -> wire.send(200, new byte[] {1}, TYPE));
            List<String> names = List.of(missing.name(), broken.name(), lying.name(), nobody());
            setup.insecure.addAll(names);
            setup.mirrors.put(registry.name(), names);
            try (RegistryClient client = setup.client()) {
                assertThat(client.manifest(tag.withDigest(DIGEST)).bytes()).isEqualTo(MANIFEST);
            }
            assertThat(List.of(missing, broken, lying))
                    .allSatisfy(mirror -> assertThat(mirror.calls()).hasSize(1));
            assertThat(setup.events).hasSize(4);
        }
    }

    @Test
    void redirectsAreFollowedSomeTimes() {
        registry.on(
                TAGGED, (call, wire) -> wire.send(307, new byte[0], "Location: /elsewhere?q=s p"));
        registry.serve("/elsewhere", MANIFEST, MediaTypes.OCI_MANIFEST);
        try (RegistryClient client = setup.client()) {
            assertThat(client.manifest(tag).digest()).isEqualTo(DIGEST);
        }
        registry.on(
                "/elsewhere", (call, wire) -> wire.send(302, new byte[0], "Location: " + TAGGED));
        ImageException e = manifestRefused();
        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(e).hasMessageContaining("more than 10 times");
        assertThat(registry.calls(TAGGED)).hasSizeLessThan(10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "file:///etc/passwd",
                "ftp://x/",
                "http://",
                "http://u:p@x/",
                "//[",
                "gopher:x"
            })
    void redirectsToWhatIsNoAddressAreRefused(String location) {
        registry.on(TAGGED, (call, wire) -> wire.send(307, new byte[0], "Location: " + location));
        ImageException e = manifestRefused();
        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void interruptsEndIt() throws InterruptedException {
        Thread caller = Thread.currentThread();
        registry.on(
                TAGGED,
                (call, wire) -> {
                    caller.interrupt();
                    await(Duration.ofSeconds(30));
                });
        assertThat(manifestRefused().kind()).isEqualTo(Kind.INTERRUPTED);
        assertThat(Thread.interrupted()).isTrue();
        // And between tries.
        registry.on(
                TAGGED,
                (call, wire) -> {
                    wire.send(503, new byte[0], "Retry-After: 30");
                    caller.interrupt();
                });
        assertThat(manifestRefused().kind()).isEqualTo(Kind.INTERRUPTED);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void closingEndsIt() {
        RegistryClient client = setup.client();
        registry.on(
                TAGGED,
                (call, wire) -> {
                    client.close();
                    await(Duration.ofSeconds(30));
                });
        assertThat(refused(() -> client.manifest(tag)).kind()).isEqualTo(Kind.INTERRUPTED);
        RegistryClient waiting = setup.client();
        registry.on(
                TAGGED,
                (call, wire) -> {
                    wire.send(503, new byte[0], "Retry-After: 30");
                    waiting.close();
                });
        assertThat(refused(() -> waiting.manifest(tag)).kind()).isEqualTo(Kind.INTERRUPTED);
    }

    /** A server that does nothing; it ends with its connection's thread. */
    private static void await(Duration time) {
        java.util.concurrent.locks.LockSupport.parkNanos(time.toNanos());
    }
}
