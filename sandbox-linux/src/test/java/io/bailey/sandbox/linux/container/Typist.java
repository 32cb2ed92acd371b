package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxProcess;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Someone at a terminal: types, and looks at what appears. */
final class Typist implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final SandboxProcess process;
    private final StringBuffer screen = new StringBuffer();
    private final Thread eyes;
    private int seen;

    Typist(SandboxProcess process) {
        this.process = process;
        this.eyes = Thread.ofVirtual().start(this::look);
    }

    private void look() {
        byte[] buffer = new byte[4096];
        try (InputStream output = process.getInputStream()) {
            int n = output.read(buffer);
            while (n >= 0) {
                screen.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                n = output.read(buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Typist type(String keys) {
        try {
            process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("while typing after\n" + screen, e);
        }
    }

    /** Waits until {@code regex} has appeared after what was waited for last. Returns it. */
    String await(String regex) {
        Pattern pattern = Pattern.compile(regex);
        var found =
                new Object() {
                    String text = "";
                };
        Sandboxes.eventually(
                PATIENCE,
                () -> {
                    String now = screen.toString();
                    var matcher = pattern.matcher(now).region(seen, now.length());
                    if (!matcher.find()) {
                        return false;
                    }
                    found.text = matcher.group();
                    seen = matcher.end();
                    return true;
                });
        assertThat(found.text).as("%s in\n%s", regex, screen).isNotEmpty();
        return found.text;
    }

    String screen() {
        return screen.toString();
    }

    /** Waits for the end, and for all that appears until then. */
    Result end() throws InterruptedException {
        assertThat(process.waitFor(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ended, after\n%s", screen)
                .isTrue();
        eyes.join();
        return process.onResult().join();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
