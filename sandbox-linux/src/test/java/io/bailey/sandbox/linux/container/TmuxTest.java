package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.OwnPlaces;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A sandbox used through a terminal program: keys are typed into tmux(1), and looked at is what it
 * shows, once it has drawn it.
 */
@Timeout(240)
class TmuxTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path temp;
    private boolean begun;

    private String tmux(String... words) {
        List<String> command =
                new ArrayList<>(List.of("/usr/bin/tmux", "-f", "/dev/null", "-L", "bailey"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // A server of its own, not the user's.
        builder.environment().put("TMUX_TMPDIR", temp.toString());
        builder.environment().remove("TMUX");
        builder.environment().put("LANG", "C.UTF-8");
        try {
            Process process = builder.start();
            String answer =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private String screen() {
        return tmux("capture-pane", "-p");
    }

    private void await(String text) {
        boolean shown = Sandboxes.eventually(PATIENCE, () -> screen().contains(text));
        assertThat(shown).as("\"%s\" on\n%s", text, screen()).isTrue();
    }

    private void type(String... keys) {
        List<String> words = new ArrayList<>(List.of("send-keys"));
        words.addAll(List.of(keys));
        assertThat(tmux(words.toArray(String[]::new))).isEmpty();
    }

    @AfterEach
    void end() {
        if (begun) {
            tmux("kill-server");
        }
    }

    @Test
    void aShellAndAFullScreenEditorWork() {
        Powers.requireProgram("/usr/bin/tmux");
        Powers.requireProgram("/bin/busybox");
        String java =
                Path.of(System.getProperty("java.home"), "bin", "java")
                        + " -Xmx256m -XX:+UseSerialGC -XX:-UsePerfData --enable-native-access=ALL-UNNAMED "
                        + String.join(" ", OwnPlaces.options())
                        + " -classpath '"
                        + ChildJvm.classPath()
                        + "' "
                        + InteractingProcess.class.getName();
        begun = true;
        tmux("new-session", "-d", "-x", "91", "-y", "31", java + "; read line");
        await("inside>");
        type("stty size", "Enter");
        await("31 91");

        tmux("resize-window", "-x", "77", "-y", "22");
        assertThat(
                        Sandboxes.eventually(
                                PATIENCE,
                                () -> {
                                    type("clear; stty size", "Enter");
                                    return Sandboxes.eventually(
                                            Duration.ofSeconds(2),
                                            () -> screen().contains("22 77"));
                                }))
                .as("%s", screen())
                .isTrue();

        type("busybox vi /tmp/letter", "Enter");
        // The editor draws a tilde where the file has no line.
        await("~\n~\n~");
        type("i", "Dear sandbox");
        await("Dear sandbox");
        // With a key behind it, it would be the beginning of a longer one.
        type("Escape");
        await("- /tmp/letter");
        type(":wq", "Enter");
        await("inside>");
        type("clear; wc -c </tmp/letter; cat /tmp/letter", "Enter");
        await("13\nDear sandbox\n");

        type("clear; sleep 1000", "Enter");
        type("C-c");
        await("inside>");
        type("exit 6", "Enter");
        await("result 6");
    }
}
