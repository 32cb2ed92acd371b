package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A source that lies beneath what the sandbox may write to: one command makes it a link to a
 * secret, and the next start must not follow it.
 */
@ExtendWith(LeakAudit.class)
class PlantedLinkTest {
    private static final String SECRET = "the host's own";

    @TempDir(factory = InTmp.class)
    Path directory;

    private Path writable;
    private Path nested;
    private Path hidden;

    @BeforeEach
    void make() throws IOException {
        writable = Files.createDirectory(open(directory).resolve("x"));
        nested = Files.createDirectory(open(writable).resolve("lib"));
        Files.writeString(open(nested).resolve("secret"), "nothing");
        hidden = open(Files.createDirectory(directory.resolve("hidden")));
        Files.writeString(hidden.resolve("secret"), SECRET);
    }

    /** Every user may do anything in it, whatever the umask. */
    private static Path open(Path directory) throws IOException {
        return Files.setPosixFilePermissions(
                directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private Sandbox full() {
        return host().mount(Mount.readWrite(writable, "/tmp/x"))
                .mount(Mount.readOnly(nested, "/tmp/lib"))
                .build();
    }

    private Sandbox inPlace() {
        Powers.require(Power.LANDLOCK_SCOPES);
        return Sandbox.builder()
                .isolation(Isolation.UNPRIVILEGED)
                .timeout(Sandboxes.PATIENCE)
                .mount(Mount.readWrite(writable, writable.toString()))
                .mount(Mount.readWrite(nested, nested.toString()))
                .build();
    }

    /** It would be writable without a word. */
    @Test
    void inPlaceNothingIsReadOnlyBeneathWhatIsNot() {
        Powers.require(Power.LANDLOCK_SCOPES);
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() ->
                        Sandbox.builder()
                                .isolation(Isolation.UNPRIVILEGED)
                                .mount(Mount.readWrite(writable, writable.toString()))
                                .mount(Mount.readOnly(nested, nested.toString()))
                                .build())
                .withMessageContainingAll(nested.toString(), "read-only in place");
    }

    private Command plant(String writable) {
        return Command.of(
                "sh",
                "-c",
                "rm -r " + writable + "/lib && ln -s " + hidden + " " + writable + "/lib");
    }

    private static String print(Result result) {
        return result.stdout() + result.stderr();
    }

    @Test
    void aLinkFailsTheNextStart() throws Exception {
        Files.setPosixFilePermissions(
                hidden.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
        try (Sandbox sandbox = full()) {
            sandbox.run(plant("/tmp/x")).orThrow();
            assertThat(nested).isSymbolicLink();
            assertRefused(() -> sandbox.run(Command.of("cat", "/tmp/lib/secret")));
            assertRefused(() -> sandbox.start(Command.of("cat", "/tmp/lib/secret")).close());

            Files.delete(nested);
            Files.writeString(Files.createDirectory(nested).resolve("secret"), "put back");
            open(nested);
            assertThat(sandbox.run(Command.of("cat", "/tmp/lib/secret")).stdout())
                    .isEqualTo("put back");
        }
    }

    private void assertRefused(ThrowingCallable start) {
        assertThatExceptionOfType(SandboxSetupException.class)
                .isThrownBy(start)
                .withMessageContainingAll(
                        nested.toString(), "ELOOP", "an earlier command may have planted")
                .withMessageNotContaining(SECRET);
    }

    /** A directory on the way is enough. */
    @Test
    void norIsALinkFollowedThatIsOnTheWay() throws Exception {
        Path deep = open(Files.createDirectory(nested.resolve("deep")));
        Files.createDirectory(hidden.resolve("deep"));
        try (Sandbox sandbox =
                host().mount(Mount.readWrite(writable, "/tmp/x"))
                        .mount(Mount.readOnly(deep, "/tmp/lib"))
                        .build()) {
            sandbox.run(plant("/tmp/x")).orThrow();
            assertRefused(() -> sandbox.run(Command.of("ls", "/tmp/lib")));
        }
    }

    @Test
    void whatNobodyReplacedIsMounted() throws Exception {
        try (Sandbox sandbox = full()) {
            for (int i = 0; i < 2; i++) {
                Result result =
                        sandbox.run(
                                Command.of("sh", "-c", "cat /tmp/lib/secret; echo > /tmp/lib/new"));
                assertThat(result.stdout()).isEqualTo("nothing");
                assertThat(result.stderr()).contains("Read-only file system");
            }
        }
    }

    /** The host's own link above the writable directory is followed as ever. */
    @Test
    void aLinkOfTheHostLeadsToBoth() throws Exception {
        Path current = Files.createSymbolicLink(directory.resolve("current"), writable);
        try (Sandbox sandbox =
                host().mount(Mount.readWrite(current, "/tmp/x"))
                        .mount(Mount.readOnly(writable.resolve("lib"), "/tmp/lib"))
                        .build()) {
            assertThat(sandbox.run(Command.of("cat", "/tmp/lib/secret")).stdout())
                    .isEqualTo("nothing");
            sandbox.run(plant("/tmp/x")).orThrow();
            assertRefusedFor(current.resolve("lib"), sandbox);
        }
    }

    private static void assertRefusedFor(Path source, Sandbox sandbox) {
        assertThatExceptionOfType(SandboxSetupException.class)
                .isThrownBy(() -> sandbox.run(Command.of("cat", "/tmp/lib/secret")))
                .withMessageContainingAll(source.toString(), "ELOOP");
    }

    /** Another sandbox of the same recipe may have planted it. */
    @Test
    void aLinkThatIsThereAlreadyIsRefusedWhenBuilt() throws Exception {
        try (Sandbox sandbox = full()) {
            sandbox.run(plant("/tmp/x")).orThrow();
        }
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(this::full)
                .withMessageContainingAll(nested.toString(), "could lead elsewhere");
        Files.createSymbolicLink(directory.resolve("outside"), nested.resolve("secret"));
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() ->
                        host().mount(Mount.readWrite(writable, "/tmp/x"))
                                .mount(Mount.readOnly(directory.resolve("outside"), "/tmp/lib"))
                                .build());
    }

    @Test
    void aRootThatIsWrittenToIsAWritableDirectoryToo(@TempDir Path temporary) throws Exception {
        TestRoot root = TestRoot.complete(temporary);
        Path own = open(root.directory("own"));
        Files.writeString(own.resolve("secret"), "nothing");
        try (Sandbox sandbox =
                root.sandbox()
                        .writableRoot(WritableRoot.DIRECT)
                        .mount(Mount.readOnly(own, "/data"))
                        .build()) {
            assertThat(sandbox.run(Command.of("cat", "/data/secret")).stdout())
                    .isEqualTo("nothing");
            sandbox.run(Command.of("sh", "-c", "rm -r /own && ln -s " + hidden + " /own"))
                    .orThrow();
            assertRefusedFor(own, sandbox);
        }
    }

    @Test
    void inPlaceALinkOpensNothing() throws Exception {
        try (Sandbox sandbox = inPlace()) {
            sandbox.run(plant(writable.toString())).orThrow();
            Command cat = Command.of("cat", nested + "/secret", hidden + "/secret");
            assertThat(print(sandbox.run(cat)))
                    .doesNotContain(SECRET)
                    .contains("Permission denied");
            try (Container container = sandbox.start(Command.of("sleep", "60"))) {
                assertThat(print(container.exec(cat)))
                        .doesNotContain(SECRET)
                        .contains("Permission denied");
            }
        }
    }

    @Test
    void inPlaceALinkOpensNothingToWhoEnters() throws Exception {
        try (Sandbox sandbox = inPlace();
                Container container = sandbox.start(Command.of("sleep", "60"))) {
            container.exec(plant(writable.toString())).orThrow();
            assertThat(print(container.exec(Command.of("cat", nested + "/secret"))))
                    .doesNotContain(SECRET)
                    .contains("Permission denied");
        }
    }

    @Test
    void inPlaceWhatNobodyReplacedIsOpen() throws Exception {
        try (Sandbox sandbox = inPlace();
                Container container = sandbox.start(Command.of("sleep", "60"))) {
            Command cat = Command.of("cat", nested + "/secret");
            assertThat(sandbox.run(cat).stdout()).isEqualTo("nothing");
            assertThat(container.exec(cat).stdout()).isEqualTo("nothing");
        }
    }
}
