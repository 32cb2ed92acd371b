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
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.linux.image.document.Document;
import io.bailey.sandbox.linux.image.document.Documents;
import io.bailey.sandbox.linux.testing.DockerRegistry;
import io.bailey.sandbox.linux.testing.FakeRegistry;
import io.bailey.sandbox.linux.testing.Powers;
import io.bailey.sandbox.linux.testing.TestCertificate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/** Debian's docker-registry: in plain text, with passwords, with TLS, with tokens. */
@Timeout(120)
class RealRegistryTest {
    private static final byte[] ARCHIVE = bytes(200_000);
    private static final byte[] LAYER = gzip(ARCHIVE);
    private static final String SKOPEO = "/usr/bin/skopeo";
    private static final String HTPASSWD = "/usr/bin/htpasswd";

    private final Setup setup = new Setup();

    private static ImageConfig config() {
        return new ImageConfig(
                new Platform("linux", "amd64", ""),
                Map.of("A", "b"),
                List.of("/bin/x"),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                Set.of(),
                Map.of(),
                Optional.empty(),
                List.of(Digest.sha256(ARCHIVE)),
                Optional.empty());
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return gzip.toByteArray();
    }

    /** Puts an image and an index of it there. */
    private static Digest push(DockerRegistry registry) throws IOException, InterruptedException {
        byte[] config = Documents.write(config());
        registry.pushBlob("a/b", LAYER);
        registry.pushBlob("a/b", config);
        ImageManifest manifest =
                new ImageManifest(
                        MediaTypes.OCI_MANIFEST,
                        new Descriptor(MediaTypes.OCI_CONFIG, Digest.sha256(config), config.length),
                        List.of(layer(LAYER)),
                        Map.of());
        byte[] bytes = Documents.write(manifest);
        Digest digest =
                registry.pushManifest(
                        "a/b", Digest.sha256(bytes).toString(), bytes, manifest.mediaType());
        ImageIndex index =
                new ImageIndex(
                        MediaTypes.OCI_INDEX,
                        List.of(
                                new Descriptor(
                                        MediaTypes.OCI_MANIFEST,
                                        digest,
                                        bytes.length,
                                        Optional.of(new Platform("linux", "amd64", "")),
                                        Map.of(),
                                        List.of())),
                        Map.of());
        return registry.pushManifest("a/b", "1", Documents.write(index), index.mediaType());
    }

    private static Document parse(ManifestBytes manifest) {
        return Documents.parse(manifest.bytes(), manifest.contentType());
    }

    /** From the tag over the index to the layer. */
    private static void pulls(RegistryClient client, ImageReference tag, Digest pushed) {
        Resolved resolved = client.resolve(tag);
        assertThat(resolved.digest()).isEqualTo(pushed);
        assertThat(resolved.mediaType()).isEqualTo(MediaTypes.OCI_INDEX);
        ManifestBytes index = client.manifest(tag.withDigest(pushed));
        assertThat(resolved.size()).isEqualTo(index.bytes().length);
        Descriptor chosen =
                ((Document.Index) parse(index))
                        .index()
                        .choose(new Platform("linux", "amd64", ""))
                        .orElseThrow();
        ImageManifest manifest =
                ((Document.Manifest) parse(client.manifest(tag.withDigest(chosen.digest()))))
                        .manifest();
        Documents.requireImage(manifest);
        assertThat(Documents.config(fetch(client, tag, manifest.config()))).isEqualTo(config());
        assertThat(fetch(client, tag, manifest.layers().getFirst())).isEqualTo(LAYER);
    }

    private void pulls(DockerRegistry registry, Digest pushed) {
        try (RegistryClient client = setup.client()) {
            pulls(client, reference(registry.name(), "a/b:1"), pushed);
        }
    }

    @Test
    void inPlainText() throws Exception {
        Powers.requireProgram(DockerRegistry.PROGRAM);
        try (DockerRegistry registry = DockerRegistry.start()) {
            Digest pushed = push(registry);
            pulls(registry, pushed);
            setup.insecure.add(registry.name());
            pulls(registry, pushed);
            try (RegistryClient client = setup.client()) {
                ImageReference missing = reference(registry.name(), "a/b:2");
                ImageException e = refused(() -> client.manifest(missing));
                assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
                assertThat(e).hasMessageContaining("404 MANIFEST_UNKNOWN: \"manifest unknown\"");
            }
        }
    }

    @Test
    void largeBlobsInParts() throws Exception {
        Powers.requireProgram(DockerRegistry.PROGRAM);
        byte[] large = bytes(70 << 20);
        try (DockerRegistry registry = DockerRegistry.start();
                RegistryClient client = setup.client()) {
            registry.pushBlob("a/b", large);
            assertThat(fetch(client, reference(registry.name(), "a/b:1"), layer(large)))
                    .isEqualTo(large);
        }
    }

    @Test
    void withPasswords() throws Exception {
        Powers.requireProgram(DockerRegistry.PROGRAM);
        Powers.requireProgram(HTPASSWD);
        try (DockerRegistry registry =
                DockerRegistry.start(new DockerRegistry.Options().basic("alice", "s3cret"))) {
            Digest pushed = push(registry);
            try (RegistryClient client = setup.client()) {
                ImageReference tag = reference(registry.name(), "a/b:1");
                assertThat(refused(() -> client.resolve(tag)).kind()).isEqualTo(Kind.UNAUTHORIZED);
            }
            setup.credentials.put(registry.name(), new Credentials("alice", "s3cret"));
            pulls(registry, pushed);
        }
    }

    @Test
    void withPasswordsOfAFileThatSkopeoWrote(@TempDir Path directory) throws Exception {
        Powers.requireProgram(DockerRegistry.PROGRAM);
        Powers.requireProgram(HTPASSWD);
        Powers.requireProgram(SKOPEO);
        try (DockerRegistry registry =
                DockerRegistry.start(new DockerRegistry.Options().basic("alice", "s3cret"))) {
            Digest pushed = push(registry);
            Path file = directory.resolve("auth.json");
            skopeo(
                    "login",
                    "--tls-verify=false",
                    "--authfile",
                    file.toString(),
                    "-u",
                    "alice",
                    "-p",
                    "s3cret",
                    registry.name());
            setup.authFiles = Optional.of(List.of(file));
            pulls(registry, pushed);
        }
    }

    @Test
    void withTls(@TempDir Path directory) throws Exception {
        Powers.requireProgram(DockerRegistry.PROGRAM);
        TestCertificate certificate = TestCertificate.make(directory, "ip:127.0.0.1");
        try (DockerRegistry registry =
                DockerRegistry.start(new DockerRegistry.Options().tls(certificate))) {
            Digest pushed = push(registry);
            try (RegistryClient client = setup.client()) {
                ImageReference tag = reference(registry.name(), "a/b:1");
                assertThat(refused(() -> client.resolve(tag)))
                        .hasMessageContaining("certificate is not trusted");
            }
            setup.certificates.add(certificate.pem());
            pulls(registry, pushed);
        }
    }

    @Test
    void withTokens(@TempDir Path directory) throws Exception {
        Powers.requireProgram(DockerRegistry.PROGRAM);
        TestCertificate certificate = TestCertificate.make(directory, "ip:127.0.0.1");
        try (FakeRegistry tokens = FakeRegistry.start();
                DockerRegistry registry =
                        DockerRegistry.start(
                                new DockerRegistry.Options()
                                        .tokens(
                                                tokens.url() + "/token",
                                                "the service",
                                                "test",
                                                certificate.pem()))) {
            registry.pushWith("Bearer " + token(certificate, "pull\",\"push"));
            Digest pushed = push(registry);
            String token = token(certificate, "pull");
            tokens.on(
                    "/token",
                    (call, wire) -> {
                        boolean alice =
                                call.header("authorization").equals("Basic YWxpY2U6czNjcmV0");
                        String json = "{\"token\":\"" + (alice ? token : "none") + "\"}";
                        wire.send(200, json.getBytes(UTF_8));
                    });
            try (RegistryClient client = setup.client()) {
                ImageReference tag = reference(registry.name(), "a/b:1");
                assertThat(refused(() -> client.resolve(tag)).kind()).isEqualTo(Kind.UNAUTHORIZED);
            }
            setup.credentials.put(registry.name(), new Credentials("alice", "s3cret"));
            pulls(registry, pushed);
            // One for the stranger, one for alice, for all that she fetched.
            assertThat(tokens.calls()).hasSize(2);
            assertThat(tokens.calls().getLast().target())
                    .contains("service=the+service", "scope=repository%3Aa%2Fb%3Apull");
        }
    }

    /** What distribution's token.md has: a JWT with the certificate that signs it. */
    private static String token(TestCertificate certificate, String actions)
            throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        String x5c = Base64.getEncoder().encodeToString(certificate.certificate().getEncoded());
        String header = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"" + x5c + "\"]}";
        String claims =
                "{\"iss\":\"test\",\"sub\":\"alice\",\"aud\":\"the service\",\"jti\":\"1\",\"iat\":"
                        + now
                        + ",\"nbf\":"
                        + (now - 60)
                        + ",\"exp\":"
                        + (now + 300)
                        + ",\"access\":[{\"type\":\"repository\",\"name\":\"a/b\",\"actions\":[\""
                        + actions
                        + "\"]}]}";
        String signed = base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(certificate.key());
        signature.update(signed.getBytes(UTF_8));
        return signed + "." + base64(signature.sign());
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Test
    void whatSkopeoPutThere(@TempDir Path directory) throws Exception {
        Powers.requireProgram(DockerRegistry.PROGRAM);
        Powers.requireProgram(SKOPEO);
        try (DockerRegistry registry = DockerRegistry.start();
                RegistryClient client = setup.client()) {
            push(registry);
            for (String format : List.of("oci", "v2s2")) {
                String copy = "docker://" + registry.name() + "/copy/" + format + ":x";
                skopeo(
                        "copy",
                        "--src-tls-verify=false",
                        "--dest-tls-verify=false",
                        "--format",
                        format,
                        "docker://" + registry.name() + "/a/b:1",
                        copy);
                ImageReference tag = reference(registry.name(), "copy/" + format + ":x");
                ImageManifest manifest =
                        ((Document.Manifest) parse(client.manifest(tag))).manifest();
                assertThat(manifest.mediaType())
                        .isEqualTo(
                                format.equals("oci")
                                        ? MediaTypes.OCI_MANIFEST
                                        : MediaTypes.DOCKER_MANIFEST);
                Documents.requireImage(manifest);
                assertThat(fetch(client, tag, manifest.layers().getFirst())).isEqualTo(LAYER);
            }
        }
    }

    private static void skopeo(String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of(SKOPEO, "--insecure-policy"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @Test
    void nothingIsLeft() throws Exception {
        Powers.requireProgram(DockerRegistry.PROGRAM);
        DockerRegistry registry = DockerRegistry.start();
        push(registry);
        long children = ProcessHandle.current().children().count();
        registry.close();
        assertThat(ProcessHandle.current().children().count()).isEqualTo(children - 1);
        assertThat(Files.exists(registry.directory())).isFalse();
    }
}
