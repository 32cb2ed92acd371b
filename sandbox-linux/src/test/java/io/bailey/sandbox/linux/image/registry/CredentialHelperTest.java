package io.bailey.sandbox.linux.image.registry;

import static io.bailey.sandbox.linux.image.registry.Setup.refused;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.Credentials;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;

/** Programs that keep secrets. */
@Timeout(60)
class CredentialHelperTest {
    @TempDir private Path directory;

    private CredentialHelper helper(String script, Duration patience) throws IOException {
        Path program = directory.resolve("docker-credential-x");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return new CredentialHelper(directory + "/docker-credential-", "x", patience);
    }

    private Optional<Credentials> ask(String script) throws IOException {
        return helper(script, Duration.ofSeconds(20)).get("r.io");
    }

    @Test
    void isGivenTheServerAndGivesJson() throws IOException {
        assertThat(
                        ask(
                                "read server; [ $1 = get ] && "
                                        + "echo \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"$server\\\",\\\"Secret\\\":\\\"s\\\"}\""))
                .contains(new Credentials("r.io", "s"));
    }

    @Test
    void mayHaveNothing() throws IOException {
        assertThat(ask("echo credentials not found in native keychain; exit 1")).isEmpty();
        assertThat(ask("echo '{\"Username\":\"\",\"Secret\":\"\"}'")).isEmpty();
    }

    @Test
    void needNotListen() throws IOException {
        for (int i = 0; i < 20; i++) {
            assertThat(ask("exec 0<&-; echo '{\"Username\":\"u\",\"Secret\":\"s\"}'"))
                    .contains(new Credentials("u", "s"));
        }
    }

    @Test
    void failuresQuoteNothing() throws IOException {
        for (String script :
                new String[] {
                    "echo s3cret; exit 1",
                    "echo s3cret",
                    "echo '{\"Username\":{\"s3cret\":1}}'",
                    "exit 3",
                    "kill -9 $$"
                }) {
            CredentialHelper helper = helper(script, Duration.ofSeconds(20));
            ImageException e = refused(() -> helper.get("r.io"));
            assertThat(e.toString()).doesNotContain("s3cret");
            assertThat(e.kind()).isIn(Kind.UNAUTHORIZED, Kind.MALFORMED_DOCUMENT);
        }
    }

    @Test
    void isNotWaitedForForever() throws IOException {
        CredentialHelper helper = helper("exec sleep 1000", Duration.ofMillis(300));
        assertThat(refused(() -> helper.get("r.io"))).hasMessageContaining("gave no answer");
    }

    @Test
    void isNamedByAWordOnly() {
        for (String name : new String[] {"", "../x", "a b", "a;b", "/bin/sh"}) {
            ImageException e =
                    refused(() -> new CredentialHelper(name, Duration.ofSeconds(1)).get("r.io"));
            assertThat(e).hasMessageContaining("is no part of a program's name");
        }
    }

    @Test
    void isSaidToBeMissing() {
        ImageException e =
                refused(() ->
                        new CredentialHelper("is-not-installed", Duration.ofSeconds(1))
                                .get("r.io"));
        assertThat(e.kind()).isEqualTo(Kind.UNAUTHORIZED);
        assertThat(e.fix()).contains("docker-credential-is-not-installed");
    }

    @Test
    void anInterruptEndsTheWait() throws IOException {
        CredentialHelper helper = helper("exec sleep 1000", Duration.ofSeconds(100));
        Thread.currentThread().interrupt();
        assertThat(refused(() -> helper.get("r.io")).kind()).isEqualTo(Kind.INTERRUPTED);
        assertThat(Thread.interrupted()).isTrue();
    }
}
