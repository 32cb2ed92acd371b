package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The ways from a builder straight to an answer, and the default methods of {@link Sandbox}. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ShortcutsTest {

    private final FakeEngine engine = new FakeEngine();
    private ContextEngine context;

    @BeforeEach
    void find(@TempDir Path directory) throws IOException {
        context = ContextEngine.of(engine, directory);
    }

    @AfterEach
    void forget() throws IOException {
        context.close();
    }

    @Test
    void runBuildsRunsAndCloses() throws InterruptedException {
        assertThat(Sandbox.builder().run("echo", "hi").success()).isTrue();
        assertThat(engine.calls)
                .containsExactly("create", "run Command[\"echo\", \"hi\"]", "close");
    }

    @Test
    void explainBuildsExplainsAndCloses() {
        assertThat(Sandbox.builder().explain("ls")).isEqualTo("clone3()");
        assertThat(engine.calls).containsExactly("create", "explain Command[\"ls\"]", "close");
    }

    @Test
    void aBadCommandBuildsNothing() {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> Sandbox.builder().run());
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> Sandbox.builder().start(""));
        assertThat(engine.calls).isEmpty();
    }

    @Test
    void startClosesAfterTheContainer() throws Exception {
        engine.starts = true;
        Container container = Sandbox.builder().start("sleep", "1");
        assertThat(container).isNotNull();
        assertThat(engine.calls).containsExactly("create", "start Command[\"sleep\", \"1\"]");
        engine.exit.complete(Answers.exited(0));
        engine.closed.get();
        assertThat(engine.calls).endsWith("close");
    }

    @Test
    void startClosesAfterAFailure() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Sandbox.builder().start("ls"))
                .isSameAs(engine.startFailure);
        assertThat(engine.calls).containsExactly("create", "start Command[\"ls\"]", "close");
    }

    @Test
    void aFailureOfTheCloseIsSuppressed() {
        engine.closeFails = true;
        assertThatIllegalStateException()
                .isThrownBy(() -> Sandbox.builder().start("ls"))
                .satisfies(failure ->
                        assertThat(failure.getSuppressed())
                                .singleElement()
                                .satisfies(second ->
                                        assertThat(second).hasMessage("cannot remove the cgroup")));
    }

    @Test
    void aSandboxTakesWordsForCommands() throws InterruptedException {
        engine.starts = true;
        try (Sandbox sandbox = Sandbox.builder().build()) {
            assertThat(sandbox.run("a").success()).isTrue();
            assertThat(sandbox.start("b")).isNotNull();
            assertThat(sandbox.explain("c")).isEqualTo("clone3()");
        }
        assertThat(engine.calls)
                .containsExactly(
                        "create",
                        "run Command[\"a\"]",
                        "start Command[\"b\"]",
                        "explain Command[\"c\"]",
                        "close");
    }

    @Test
    void aSandboxGivesABuilder() {
        try (Sandbox sandbox = Sandbox.builder().pids(3).build();
                Sandbox derived = sandbox.toBuilder().memory("1M").build()) {
            assertThat(derived.spec().limits().pids()).hasValue(3);
            assertThat(derived.spec().limits().memory()).contains(MemorySize.parse("1M"));
            assertThat(sandbox.spec().limits().memory()).isEmpty();
        }
    }
}
