package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.OwnPlaces;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A shell in a sandbox on the terminal of a JVM, which script(1) has made for it. */
@Timeout(180)
class InteractTest {
    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StringBuffer screen = new StringBuffer();
    private Process outside = new ProcessBuilder("true").start();
    private int seen;

    InteractTest() throws IOException {}

    private void begin() throws IOException {
        Powers.requireProgram(SCRIPT.toString());
        String java =
                Path.of(System.getProperty("java.home"), "bin", "java")
                        + " -Xmx256m -XX:+UseSerialGC -XX:-UsePerfData --enable-native-access=ALL-UNNAMED"
                        + " "
                        + String.join(" ", OwnPlaces.options())
                        + " -classpath '"
                        + ChildJvm.classPath()
                        + "' "
                        + InteractingProcess.class.getName();
        String all =
                "stty cols 91 rows 31; tty; echo before $(stty -g); "
                        + java
                        + "; echo after $(stty -g)";
        outside = new ProcessBuilder(SCRIPT.toString(), "-qec", all, "/dev/null").start();
        Thread.ofPlatform().daemon(true).start(this::look);
    }

    private void look() {
        byte[] buffer = new byte[4096];
        try {
            int n = outside.getInputStream().read(buffer);
            while (n >= 0) {
                screen.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                n = outside.getInputStream().read(buffer);
            }
        } catch (IOException ended) {
            screen.append("(closed)");
        }
    }

    private void type(String keys) {
        try {
            outside.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
            outside.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("after\n" + screen, e);
        }
    }

    private String await(String regex) {
        Pattern pattern = Pattern.compile(regex);
        boolean found = Sandboxes.eventually(PATIENCE, () -> matcher(pattern).find());
        assertThat(found).as("%s in\n%s", regex, screen).isTrue();
        Matcher matcher = matcher(pattern);
        assertThat(matcher.find()).isTrue();
        seen = matcher.end();
        return matcher.group(matcher.groupCount());
    }

    private Matcher matcher(Pattern pattern) {
        String now = screen.toString();
        return pattern.matcher(now).region(seen, now.length());
    }

    @AfterEach
    void end() throws InterruptedException {
        outside.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }

    @Test
    void everyKeyGoesInTheSizeFollowsAndTheTerminalIsAsBefore() throws Exception {
        begin();
        String terminal = await("(/dev/pts/\\d+)");
        String before = await("before (\\S+)");
        await("inside> ");
        type("stty size; tty\r");
        await("31 91");
        await("/dev/pts/0");
        await("inside> ");
        type("sleep 1000\r");
        type("\u0003");
        await("inside> ");

        new ProcessBuilder("stty", "-F", terminal, "cols", "77", "rows", "22").start().waitFor();
        boolean followed =
                Sandboxes.eventually(
                        PATIENCE,
                        () -> {
                            type("stty size\r");
                            await("\\d+ \\d+");
                            await("inside> ");
                            return screen.toString().contains("22 77");
                        });
        assertThat(followed).as("%s", screen).isTrue();
        type("exit 6\r");

        await("result (6)");
        assertThat(await("after (\\S+)")).isEqualTo(before);
        assertThat(outside.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aJvmThatIsEndedMeanwhilePutsItBackToo() throws Exception {
        begin();
        String before = await("before (\\S+)");
        long jvm = Long.parseLong(await("jvm (\\d+)"));
        await("inside> ");
        assertThat(ProcessHandle.of(jvm).orElseThrow().destroy()).isTrue();

        assertThat(await("after (\\S+)")).isEqualTo(before);
    }

    @Test
    void withoutATerminalItIsRefused() throws Exception {
        ChildJvm jvm = ChildJvm.run("", List.of(), InteractingProcess.class);

        assertThat(jvm.lines())
                .anyMatch(line ->
                        line.startsWith(
                                "refused interact: standard input of this JVM is no terminal"));
    }
}
