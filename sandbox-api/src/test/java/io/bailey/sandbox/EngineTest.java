package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceConfigurationError;

/**
 * This module is tested without an engine beside it, so that all ways of finding one can be seen.
 */
class EngineTest {

    @Test
    void namesTheMissingArtifact() {
        assertThatExceptionOfType(SandboxUnavailableException.class)
                .isThrownBy(Sandbox::doctor)
                .withMessage(
                        """
                        no sandbox can be had here:
                          engine: no io.bailey.sandbox.spi.SandboxProvider on the module path or class path;\
                         fix: add the artifact io.bailey:sandbox-linux, in the same version as\
                         io.bailey:sandbox-api\
                        """)
                .satisfies(failure -> assertThat(failure.findings()).hasSize(1));
        assertThatExceptionOfType(SandboxUnavailableException.class)
                .isThrownBy(() -> Sandbox.builder().build());
    }

    @Test
    void checksTheSettingsFirst() {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> Sandbox.builder().writableRoot(WritableRoot.DIRECT).build());
    }

    @Test
    void findsTheEngineOfTheContextClassLoader(@TempDir Path directory) throws IOException {
        FakeEngine engine = new FakeEngine();
        try (ContextEngine _ = ContextEngine.of(engine, directory);
                Sandbox sandbox = Sandbox.builder().pids(7).build()) {
            assertThat(sandbox.spec().limits().pids()).hasValue(7);
            assertThat(Sandbox.doctor()).isEqualTo(engine.doctor());
        }
        assertThat(engine.calls).containsExactly("create", "close");
    }

    @Test
    void doesNotKeepTheEngineOfAContextClassLoader(@TempDir Path directory) throws IOException {
        try (ContextEngine _ = ContextEngine.of(new FakeEngine(), directory)) {
            assertThat(Sandbox.doctor().usable()).isTrue();
        }
        assertThatExceptionOfType(SandboxUnavailableException.class).isThrownBy(Sandbox::doctor);
    }

    @Test
    void saysWhyAnEngineCannotBeLoaded(@TempDir Path directory) throws IOException {
        try (ContextEngine _ = ContextEngine.named("no.such.Provider", directory)) {
            assertThatExceptionOfType(SandboxUnavailableException.class)
                    .isThrownBy(Sandbox::doctor)
                    .withMessageContaining("engine: a provider could not be loaded: ")
                    .withMessageContaining("no.such.Provider")
                    .withCauseInstanceOf(ServiceConfigurationError.class);
        }
    }
}
