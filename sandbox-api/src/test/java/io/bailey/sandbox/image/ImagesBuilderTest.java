package io.bailey.sandbox.image;

import static io.bailey.sandbox.image.Refusals.refused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.ContextEngine;
import io.bailey.sandbox.HostReport;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.spi.ContainerStore;
import io.bailey.sandbox.spi.SandboxProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class ImagesBuilderTest {

    @TempDir private Path directory;

    @Test
    void passesOnItsDefaults() throws IOException {
        ImagesSpec spec = spec(Images.builder());
        assertThat(spec.store()).isEmpty();
        assertThat(spec.authFiles()).isEmpty();
        assertThat(spec.platform()).isEqualTo(Platform.current());
        assertThat(spec.backend()).isEqualTo(LayerBackend.AUTO);
        assertThat(spec.limits()).isEqualTo(ImageLimits.standard());
        assertThat(spec.parallelism()).isEqualTo(4);
        assertThat(spec.attempts()).isEqualTo(5);
        assertThat(spec.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(spec.lockTimeout()).isEqualTo(Duration.ofMinutes(30));
        assertThat(spec.strict()).isFalse();
        assertThat(spec.sync()).isTrue();
    }

    @Test
    void passesOnWhatIsSaid() throws IOException {
        Credentials me = new Credentials("me", "x");
        PullListener told = PullListener.silent();
        ImagesSpec spec =
                spec(
                        Images.builder()
                                .store(Path.of("s"))
                                .readOnlyStore(Path.of("/r1"))
                                .readOnlyStore(Path.of("/r2"))
                                .platform(Platform.parse("linux/arm64"))
                                .backend(LayerBackend.DIRECTORIES)
                                .mirror("docker.io", "m:1", "n")
                                .insecure("[::1]:5000")
                                .credentials("index.docker.io", me)
                                .authFiles(Path.of("a.json"))
                                .certificate(Path.of("c.pem"))
                                .parallelism(64)
                                .attempts(100)
                                .timeout(Duration.ofNanos(1))
                                .lockTimeout(Duration.ofDays(1))
                                .strict(true)
                                .sync(false)
                                .listener(told));
        assertThat(spec.store()).contains(Path.of("s").toAbsolutePath());
        assertThat(spec.readOnlyStores()).containsExactly(Path.of("/r1"), Path.of("/r2"));
        assertThat(spec.platform()).hasToString("linux/arm64");
        assertThat(spec.backend()).isEqualTo(LayerBackend.DIRECTORIES);
        assertThat(spec.mirrors()).isEqualTo(Map.of("docker.io", List.of("m:1", "n")));
        assertThat(spec.insecure()).containsExactly("[::1]:5000");
        // Under the name that references have, or it would never be found.
        assertThat(spec.credentials()).isEqualTo(Map.of("docker.io", me));
        assertThat(spec.authFiles()).contains(List.of(Path.of("a.json").toAbsolutePath()));
        assertThat(spec.certificates()).containsExactly(Path.of("c.pem").toAbsolutePath());
        assertThat(spec.parallelism()).isEqualTo(64);
        assertThat(spec.attempts()).isEqualTo(100);
        assertThat(spec.timeout()).isEqualTo(Duration.ofNanos(1));
        assertThat(spec.lockTimeout()).isEqualTo(Duration.ofDays(1));
        assertThat(spec.strict()).isTrue();
        assertThat(spec.sync()).isFalse();
        assertThat(spec.listener()).isSameAs(told);
    }

    @Test
    void tellsNoFilesFromTheUsualOnes() throws IOException {
        assertThat(spec(Images.builder().authFiles()).authFiles())
                .isEqualTo(Optional.of(List.of()));
    }

    @Test
    void failsAtTheWrongCall() {
        Images.Builder builder = Images.builder();
        refused(() -> builder.parallelism(0), "parallelism", "1 to 64");
        refused(() -> builder.parallelism(65), "parallelism", "\"65\"");
        refused(() -> builder.attempts(0), "attempts", "1 to 100");
        refused(() -> builder.timeout(Duration.ZERO), "timeout", "positive");
        refused(() -> builder.lockTimeout(Duration.ofSeconds(-1)), "lockTimeout", "positive");
        refused(() -> builder.insecure("http://x"), "registry");
        refused(() -> builder.insecure(""), "registry");
        refused(() -> builder.insecure("a.".repeat(200_000)), "registry");
        refused(() -> builder.mirror("docker.io", "a/b"), "registry", "a/b");
        refused(() -> builder.mirror("docker io"), "registry");
        refused(() -> builder.credentials("a@b", new Credentials("", "")), "registry");
    }

    @Test
    void wantsFilesOfThisHost() throws IOException {
        URI zip = URI.create("jar:" + directory.resolve("x.zip").toUri());
        try (FileSystem elsewhere = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Path there = elsewhere.getPath("/x");
            Images.Builder builder = Images.builder();
            refused(() -> builder.store(there), "store", "default file system");
            refused(() -> builder.readOnlyStore(there), "read-only store");
            refused(() -> builder.authFiles(there), "credentials file");
            refused(() -> builder.certificate(there), "certificate");
        }
    }

    @Test
    void aSpecDoesNotChange() throws IOException {
        Images.Builder builder = Images.builder().insecure("a").readOnlyStore(Path.of("/r"));
        ImagesSpec before = spec(builder);
        builder.insecure("b").readOnlyStore(Path.of("/s"));
        assertThat(before.insecure()).containsExactly("a");
        assertThat(before.readOnlyStores()).containsExactly(Path.of("/r"));
    }

    @Test
    void thereMustBeAnEngine() {
        assertThatExceptionOfType(SandboxUnavailableException.class).isThrownBy(Images::open);
        assertThatExceptionOfType(SandboxUnavailableException.class)
                .isThrownBy(() -> Images.open(directory));
    }

    private ImagesSpec spec(Images.Builder builder) throws IOException {
        RecordingEngine engine = new RecordingEngine();
        Path classes = Files.createTempDirectory(directory, "engine");
        try (ContextEngine _ = ContextEngine.of(engine, classes)) {
            assertThatExceptionOfType(Opened.class).isThrownBy(builder::open);
        }
        return engine.asked.orElseThrow();
    }

    private static final class Opened extends IllegalStateException {
        private static final long serialVersionUID = 1L;
    }

    /** Remembers what it was to open, and opens nothing. */
    private static final class RecordingEngine implements SandboxProvider {
        private Optional<ImagesSpec> asked = Optional.empty();

        @Override
        public Images openImages(ImagesSpec spec) {
            asked = Optional.of(spec);
            throw new Opened();
        }

        @Override
        public Sandbox create(SandboxSpec spec) {
            throw new IllegalStateException("only images here");
        }

        @Override
        public SeccompProfile.Rules recordSeccomp(SandboxSpec spec, Command command) {
            throw new IllegalStateException("only images here");
        }

        @Override
        public ContainerStore containers() {
            throw new IllegalStateException("only images here");
        }

        @Override
        public boolean enterLeafCgroup() {
            throw new IllegalStateException("only images here");
        }

        @Override
        public HostReport doctor() {
            throw new IllegalStateException("only images here");
        }
    }
}
