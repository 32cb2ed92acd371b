package io.bailey.sandbox.linux.image.registry;

import static io.bailey.sandbox.linux.image.registry.Setup.refused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Credentials;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** Files with credentials, of podman and of Docker. */
class AuthFileTest {
    @TempDir private Path directory;

    private static String auth(String pair) {
        return "{\"auth\":\"" + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8)) + "\"}";
    }

    private Optional<Credentials> find(String json, String registry, String repository)
            throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), json);
        return AuthFile.read(file)
                .find(registry, repository, Duration.ofSeconds(20))
                .map(Found::credentials);
    }

    @ParameterizedTest
    @CsvSource({
        "quay.io, a/b, own",
        "quay.io, a/b/c, own",
        "quay.io, a/bb, a",
        "quay.io, x, host",
        "docker.io, library/x, docker",
        "hub.example.com, x, address",
        "hub.example.com:5000, x, port",
        "localhost:5000, x, local",
    })
    void theLongestPartCountsAndElseTheHost(String registry, String repository, String user)
            throws IOException {
        String json =
                "{\"auths\":{"
                        + "\"quay.io/a/b\":"
                        + auth("own:x")
                        + ","
                        + "\"quay.io/a\":"
                        + auth("a:x")
                        + ","
                        + "\"quay.io\":"
                        + auth("host:x")
                        + ","
                        + "\"https://index.docker.io/v1/\":"
                        + auth("docker:x")
                        + ","
                        + "\"https://hub.example.com/v2/\":"
                        + auth("address:x")
                        + ","
                        + "\"http://hub.example.com:5000\":"
                        + auth("port:x")
                        + ","
                        + "\"localhost:5000\":"
                        + auth("local:x")
                        + ","
                        + "\"part.example.com/only\":"
                        + auth("part:x")
                        + "}}";
        assertThat(find(json, registry, repository)).contains(new Credentials(user, "x"));
    }

    @Test
    void aPartIsForNoOtherPart() throws IOException {
        String json = "{\"auths\":{\"quay.io/a\":" + auth("a:x") + "}}";
        assertThat(find(json, "quay.io", "b")).isEmpty();
        assertThat(find(json, "quay.io.evil.com", "a")).isEmpty();
        assertThat(find(json, "io", "a")).isEmpty();
    }

    @Test
    void readsEveryForm() throws IOException {
        assertThat(find("{\"auths\":{\"r.io\":" + auth("u:p:q") + "}}", "r.io", "x"))
                .contains(new Credentials("u", "p:q"));
        assertThat(find("{\"auths\":{\"r.io\":" + auth("u:p\0\0") + "}}", "r.io", "x"))
                .contains(new Credentials("u", "p"));
        assertThat(
                        find(
                                "{\"auths\":{\"r.io\":{\"username\":\"u\",\"password\":\"p\"}}}",
                                "r.io",
                                "x"))
                .contains(new Credentials("u", "p"));
        assertThat(
                        find(
                                "{\"auths\":{\"r.io\":{\"auth\":\"dTpw\",\"identitytoken\":\"i\"}}}",
                                "r.io",
                                "x"))
                .contains(new Credentials(Credentials.TOKEN, "i"));
        assertThat(find("{\"auths\":{\"r.io\":{}}}", "r.io", "x")).isEmpty();
        assertThat(find("{\"auths\":null,\"HttpHeaders\":{}}", "r.io", "x")).isEmpty();
        assertThat(find("{}", "r.io", "x")).isEmpty();
    }

    @Test
    void readsDockersOldFile() throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve(".dockercfg"), "{\"r.io\":" + auth("u:p") + "}");
        assertThat(AuthFile.read(file).find("r.io", "x", Duration.ofSeconds(1)))
                .contains(new Found(new Credentials("u", "p"), file.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3cret",
                "",
                "[]",
                "{\"auths\":\"s3cret\"}",
                "{\"auths\":{\"r.io\":{\"auth\":\"*s3cret*\"}}}",
                "{\"auths\":{\"r.io\":{\"auth\":\"czNjcmV0\"}}}",
                "{\"auths\":{\"r.io\":{\"auth\":7}}}",
                "{\"credHelpers\":{\"r.io\":\"s3cret/../x\"}}",
                "{\"credHelpers\":{\"r.io\":[]}}",
                "{\"credsStore\":{}}",
                "{\"credsStore\":\"is-not-installed-anywhere\"}",
            })
    void aBrokenFileIsNamedAndNotQuoted(String json) {
        ImageException e =
                refused(() -> {
                    try {
                        find(json, "r.io", "x");
                    } catch (IOException impossible) {
                        throw new java.io.UncheckedIOException(impossible);
                    }
                });
        assertThat(e.kind()).isIn(Kind.MALFORMED_DOCUMENT, Kind.UNAUTHORIZED);
        assertThat(e).hasMessageContaining(directory.resolve("config.json").toString());
        if (!json.contains("/")) {
            for (Throwable t = e; t != null; t = t.getCause()) {
                assertThat(t.toString()).doesNotContain("s3cret");
            }
        }
    }

    @Test
    void looksWherePodmanAndDockerDo() {
        Path home = Path.of("/h");
        assertThat(CredentialFinder.usual(Map.of(), home))
                .extracting(Path::toString)
                .containsExactly(
                        "/h/.config/containers/auth.json",
                        "/h/.docker/config.json",
                        "/h/.dockercfg");
        assertThat(
                        CredentialFinder.usual(
                                Map.of(
                                        "REGISTRY_AUTH_FILE", "/r",
                                        "XDG_RUNTIME_DIR", "/x",
                                        "XDG_CONFIG_HOME", "/c",
                                        "DOCKER_CONFIG", "/d"),
                                home))
                .extracting(Path::toString)
                .containsExactly(
                        "/r",
                        "/x/containers/auth.json",
                        "/c/containers/auth.json",
                        "/d/config.json",
                        "/h/.dockercfg");
    }

    @Test
    void theFirstFileThatKnowsTheRegistryCounts() throws IOException {
        Files.createDirectories(directory.resolve(".config/containers"));
        Files.createDirectories(directory.resolve(".docker"));
        Files.writeString(
                directory.resolve(".config/containers/auth.json"),
                "{\"auths\":{\"a.io\":" + auth("first:x") + "}}");
        Files.writeString(
                directory.resolve(".docker/config.json"),
                "{\"auths\":{\"a.io\":" + auth("second:x") + ",\"b.io\":" + auth("b:x") + "}}");
        Setup setup = new Setup();
        setup.authFiles = Optional.empty();
        setup.credentials.put("c.io", new Credentials("c", "x"));
        CredentialFinder finder = new CredentialFinder(setup.spec(), Map.of(), directory);
        assertThat(finder.find("a.io", "x").orElseThrow().credentials().username())
                .isEqualTo("first");
        assertThat(finder.find("b.io", "x").orElseThrow().credentials().username()).isEqualTo("b");
        assertThat(finder.find("c.io", "x").orElseThrow().credentials().username()).isEqualTo("c");
        assertThat(finder.find("d.io", "x")).isEmpty();
        assertThat(finder.places()).contains(".docker/config.json");
    }

    @Test
    void aNamedFileMustBeThere() {
        Setup setup = new Setup();
        Path missing = directory.resolve("missing.json");
        setup.authFiles = Optional.of(java.util.List.of(missing));
        CredentialFinder finder = new CredentialFinder(setup.spec(), Map.of(), directory);
        ImageException e = refused(() -> finder.find("a.io", "x"));
        assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
        assertThat(e).hasMessageContaining(missing.toString());
    }
}
